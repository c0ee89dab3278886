import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Model } from "../../../src/ir/index.ts";
import { tensorFromBytes } from "../../../src/ir/index.ts";
import { runCli } from "../../../src/cli/main.ts";
import { formatRegion } from "../../../src/cli/format-region.ts";
import { encodeModel } from "../../../src/onnx/index.ts";
import type { ProgramInspection } from "../../../src/recipes/index.ts";
import { inspectRegions } from "../../../src/recipes/index.ts";
import { decodeProgram } from "../../../src/region/index.ts";
import { compressProgram, expandProgram } from "../../../src/region/compress-program.ts";
import { programLayout } from "../../../src/region/program-layout.ts";
import { seal } from "../../../src/region/seal.ts";
import { compiledSample, missing } from "../compiled-sample.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function inspectModel(model: Model): Promise<ProgramInspection> {
  const path = join(folder, "model.onnx");
  writeFileSync(path, encodeModel(model, { valueInfo: "all" }));
  const [region, ...others] = await inspectRegions(path);
  expect(others).toEqual([]);
  if (region === undefined || "malformed" in region) throw new Error(region?.malformed ?? "no region");
  return region;
}

/** Replaces one piece of a text in the program by another of the same length, and seals it again. */
function editProgram(model: Model, from: string, to: string): void {
  const program = [...model.graph.constants].find(({ name }) => name.endsWith(".program"));
  const bytes = Buffer.from(expandProgram(program?.constant?.bytes() ?? new Uint8Array(0)));
  const at = bytes.indexOf(from);
  if (program === undefined || at < 0 || from.length !== to.length) throw new Error(`no "${from}" to replace`);
  bytes.write(to, at);
  const sealed = seal(new Uint8Array(bytes), programLayout.digestAt);
  program.constant = tensorFromBytes("uint8", [sealed.length], sealed);
}

describe.skipIf(missing !== undefined)("the programs of a model", () => {
  test("are told with the instructions of every kernel", async () => {
    const model = await compiledSample();
    const region = await inspectModel(model);
    const program = [...model.graph.constants].find(({ name }) => name.endsWith(".program"))?.constant;
    const decoded = decodeProgram(program?.bytes() ?? new Uint8Array(0));
    if ("malformed" in decoded) throw new Error(decoded.malformed);
    expect(region.programBytes).toBe(program?.byteLength);
    expect(region.plainBytes).toBeGreaterThan(region.programBytes);
    const plain = expandProgram(program?.bytes() ?? new Uint8Array(0));
    expect(plain.length).toBe(region.plainBytes);
    expect(Buffer.from(compressProgram(plain)).equals(program?.bytes() ?? new Uint8Array(0))).toBe(true);
    expect(region.kernels.map(({ codeBytes }) => codeBytes)).toEqual(decoded.kernels.map(({ code }) => code.length));
    for (const { origin } of region.kernels) expect(origin).toMatchObject({ listing: expect.stringContaining("ret") });
    expect(region.constantsMatch).toBe(true);
    expect(region.steps).toHaveLength(4);
    expect(region.plan).toMatch(/^arena \d+ bytes, 1\.000 .*\nA .*since step 2\nB .*since xq border\n/);
    const text = formatRegion(region);
    expect(text).toContain("those it was compiled for");
    expect(text).toContain("conv-u8s8 12x12 8->16 3x3");
    expect(text).not.toContain("no instructions");
  });

  test("tell when their constants were edited", async () => {
    const model = await compiledSample();
    const weights = [...model.graph.constants].find(({ name }) => name === "w");
    if (weights?.constant === undefined) throw new Error("no weights");
    const bytes = weights.constant.bytes().slice().reverse();
    weights.constant = tensorFromBytes(weights.constant.dtype, weights.constant.shape, bytes);
    const region = await inspectModel(model);
    expect(region.constantsMatch).toBe(false);
    expect(formatRegion(region)).toContain("changed since it was compiled");
  });

  test.each([
    ["igemm@1", "igemm@7", "this version has no igemm@7"],
    ["igemm@1", "table@1", "does not compute what the program says"],
    ['"pixels":', '"qixels":', "does not have the point"],
    ['"rows":12', '"rows":11', "emits other code now"],
    ["x86@1", "x86@9", "it was made by emitter x86@9"],
  ])("do not list instructions that are not theirs: %s -> %s", async (from, to, reason) => {
    const model = await compiledSample();
    editProgram(model, from, to);
    const { kernels } = await inspectModel(model);
    expect(kernels.map(({ origin }) => (origin && "missing" in origin ? origin.missing : "listed")).join()).toContain(
      reason,
    );
  });

  test("that do not say what they were made from are told without", async () => {
    const model = await compiledSample();
    editProgram(model, '{"buffers":', '{"nothing":');
    const region = await inspectModel(model);
    expect([region.plan, ...region.kernels.map(({ origin }) => origin)].every((part) => part === undefined)).toBe(true);
    expect(formatRegion(region)).toContain("does not say what it was made from");
  });

  test("that are damaged are told so", async () => {
    const model = await compiledSample();
    const program = [...model.graph.constants].find(({ name }) => name.endsWith(".program"));
    if (program === undefined) throw new Error("no program");
    program.constant = tensorFromBytes("uint8", [3], Uint8Array.of(1, 2, 3));
    await expect(inspectModel(model)).rejects.toThrow("not an infer-opt program");
    const file = join(folder, "damaged.onnx");
    writeFileSync(file, encodeModel(model));
    const printed = { stdout: "", stderr: "" };
    const io = {
      stdout: (part: string) => void (printed.stdout += part),
      stderr: (part: string) => void (printed.stderr += part),
      signal: AbortSignal.timeout(60_000),
    };
    expect(await runCli(["inspect", "--kernels", file], io)).toBe(1);
    expect(printed.stdout).toContain("the program cannot be read");
    expect(printed.stderr).toContain("IO0719");
  });
});
