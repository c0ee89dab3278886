import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import { compile, completeOptions } from "../../src/index.ts";
import type { Model, Tensor } from "../../src/ir/index.ts";
import { cloneModel, elementsOf, isTensor, parseModel, randomTensor, tensorFromBytes } from "../../src/ir/index.ts";
import { encodeModel, loadModel, saveModel } from "../../src/onnx/index.ts";
import { calledLevels, isaLevels } from "../../src/region/index.ts";
import { inspectRegions } from "../../src/recipes/commands/inspect-regions.ts";
import { loadHostLibrary, openSession } from "../../src/runtime/index.ts";
import { featureBits } from "../../src/region/index.ts";
import { missing } from "./compiled-sample.ts";

const work = mkdtempSync(join(tmpdir(), "infer-opt-isa-"));
const before = process.env["INFER_OPT_ISA"];
const restore = (): void => {
  if (before === undefined) delete process.env["INFER_OPT_ISA"];
  else process.env["INFER_OPT_ISA"] = before;
};
afterEach(restore);
afterAll(() => rmSync(work, { recursive: true, force: true }));

const small = `opset 17 graph g {
  in %x: float32[1,16,12,12]
  const %a: float32[32,16,3,3] = random(1)
  const %b: float32[16,32,1,1] = random(2)
  %l = Conv(%x, %a) {pads=[1, 1, 1, 1]}
  %r = Relu(%l)
  %y = Conv(%r, %b)
  out %y
}`;

async function run(folder: string, options: UserOptions) {
  const { path } = await saveModel(parseModel(small), join(work, "small.onnx"));
  const output = join(work, folder, "out.onnx");
  const chosen = completeOptions({
    ...{ target: "cpu", precision: "int8", calibSamples: 4, calibMethod: "minmax", threads: [1], randomCalib: true },
    ...{ tune: "off", output, ...options },
  });
  const { report } = await compile(path, chosen, {
    reporter: { handle: () => undefined },
    signal: new AbortController().signal,
  });
  return { report, file: output };
}

async function outputs(model: Model, x: Tensor, native: boolean): Promise<readonly number[]> {
  const session = await openSession(encodeModel(model, { valueInfo: "all" }), {
    optimization: "all",
    threads: 1,
    native,
  });
  try {
    const [y] = [...(await session.run(new Map([["x", x]]))).values()];
    if (y === undefined || !isTensor(y)) throw new Error("no output");
    return Array.from(elementsOf(y) as Float32Array);
  } finally {
    await session.close();
  }
}

/** The model with one byte of a program changed, which whoever reads it refuses. */
function damaged(model: Model, name: string): Model {
  const copy = cloneModel(model);
  const value = [...copy.graph.constants].find((constant) => constant.name === name);
  const bytes = value?.constant?.bytes().slice();
  if (value === undefined || bytes === undefined) throw new Error(`no constant ${name}`);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  value.constant = tensorFromBytes("uint8", [bytes.length], bytes);
  return copy;
}

const host = loadHostLibrary();
const hasLevels = ["avx2", "avx512vnni"].every((level) => {
  const bits = featureBits(isaLevels[level as "avx2" | "avx512vnni"]);
  return !("missing" in host) && (host.features & bits) === bits;
});

test.skipIf(missing !== undefined || !hasLevels)(
  "one file for two levels: each machine reads its program, and all compute the same bits",
  async () => {
    const { report, file } = await run("two", { isa: ["avx2", "avx512vnni"] });
    expect(report.output.form).toBe("int8-cpu");
    const [region] = report.regions.find(({ form }) => form === "int8-cpu")?.regions ?? [];
    expect(region?.isa).toBe("avx512vnni");
    expect(region?.lesser.map(({ name, isa }) => [name, isa])).toEqual([["Region_avx2_0", "avx2"]]);
    const inspected = await inspectRegions(file);
    expect(inspected.map((level) => ("isa" in level ? level.isa : level.malformed))).toEqual(["avx512vnni", "avx2"]);
    const { model } = await loadModel(file);
    const [call] = [...model.graph.nodes()].filter((node) => calledLevels(model, node).length > 0);
    expect(call === undefined ? [] : calledLevels(model, call).map(({ isa }) => isa)).toEqual(["avx512vnni", "avx2"]);
    const x = randomTensor("float32", [1, 16, 12, 12], 3);
    const plain = await outputs(model, x, false);
    for (const [level, own] of [
      ["avx512bf16", "Region_avx512vnni_0.program"],
      ["avx512vnni", "Region_avx512vnni_0.program"],
      ["avx2", "Region_avx2_0.program"],
      ["none", undefined],
    ] as const) {
      process.env["INFER_OPT_ISA"] = level;
      expect(await outputs(model, x, true), level).toEqual(plain);
      for (const name of ["Region_avx512vnni_0.program", "Region_avx2_0.program"]) {
        const running = outputs(damaged(model, name), x, true);
        if (name === own) await expect(running, `${level} ${name}`).rejects.toThrow(/IO0702/);
        else expect(await running, `${level} ${name}`).toEqual(plain);
      }
    }
  },
  120_000,
);

test.skipIf(missing !== undefined)("--isa narrows: a file for AVX2 alone has no other level", async () => {
  const { file } = await run("one", { isa: ["avx2"] });
  const { model } = await loadModel(file);
  expect([...model.functions.values()].map(({ name }) => name)).toEqual(["Region_avx2_0"]);
});

test("a level that is not known, and a target without kernels, are told", async () => {
  await expect(run("bad", { isa: ["avx512"] })).rejects.toMatchObject({ diagnostic: { code: "IO0718", exitCode: 2 } });
  await expect(run("bad", { isa: ["avx2"], target: "onnxruntime" })).rejects.toMatchObject({
    diagnostic: { code: "IO0904" },
  });
});

test.skipIf(missing !== undefined || !hasLevels)(
  "a reproducible run emits for the device of the records, and ends where they do not know a kernel",
  async () => {
    const records = join(work, "records.jsonl");
    const calib = join(work, "first", "out.calib.json");
    const options: UserOptions = { tune: "quick", records };
    const first = await run("first", options);
    process.env["INFER_OPT_ISA"] = "avx2";
    const again = await run("again", { ...options, calib, reproducible: true });
    expect(readFileSync(again.file).equals(readFileSync(first.file))).toBe(true);
    restore();
    const lines = readFileSync(records, "utf8").trim().split("\n");
    const rest = lines.filter((line) => !line.includes('"kernel"') && !line.includes('"op":"conv-u8s8"'));
    expect(rest.length).toBeLessThan(lines.length);
    writeFileSync(records, `${rest.join("\n")}\n`);
    await expect(run("missing", { ...options, calib, reproducible: true })).rejects.toMatchObject({
      diagnostic: { code: "IO0803", exitCode: 6 },
    });
  },
  180_000,
);
