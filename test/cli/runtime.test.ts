import { existsSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/main.ts";
import { isaLevelNames } from "../../src/region/index.ts";
import { missing } from "../recipes/compiled-sample.ts";

if (missing !== undefined) console.warn(`the host library is not tested from the command line: ${missing}`);

afterEach(() => {
  delete process.env["INFER_OPT_ISA"];
  delete process.env["INFER_OPT_NATIVE"];
});

async function cli(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: (text: string) => void (err += text),
    signal: new AbortController().signal,
  };
  return { code: await runCli(argv, io), out, err };
}

describe.skipIf(missing !== undefined)("infer-opt runtime", () => {
  test("--path prints the path alone, whatever is registered", async () => {
    process.env["INFER_OPT_NATIVE"] = "0";
    const { code, out, err } = await cli("runtime", "--path");
    expect([code, err, existsSync(out.trimEnd())]).toEqual([0, "", true]);
    expect(out.split("\n")).toHaveLength(2);
  });

  test.each([undefined, ...isaLevelNames])("--check runs a region, at most of level %s", async (level) => {
    const all = JSON.parse((await cli("runtime", "--check", "--json")).out) as { readonly levels: readonly string[] };
    if (level !== undefined && !all.levels.includes(level)) return;
    if (level !== undefined) process.env["INFER_OPT_ISA"] = level;
    const { code, out, err } = await cli("runtime", "--check", "--json");
    expect([code, err]).toEqual([0, ""]);
    const found = JSON.parse(out) as { readonly levels: readonly string[]; readonly region: string };
    expect(all.levels).toEqual(expect.arrayContaining([...found.levels]));
    expect(found.levels).toContain(found.region.split("_")[1]);
    expect(found).toMatchObject({ values: 4608, node: process.versions.node });
  });

  test("--check in words", async () => {
    expect((await cli("runtime", "--check")).out).toMatch(/^library .*\nlevels .*\nonnxruntime .*\n.*\nok {11}Region_/);
  });

  test("--check says what is missing, with exit code 5", async () => {
    process.env["INFER_OPT_NATIVE"] = "0";
    const { code, err } = await cli("runtime", "--check");
    expect([code, err]).toEqual([5, expect.stringContaining("IO0711")]);
  });
});

test("runtime needs one of its options", async () => {
  expect((await cli("runtime")).code).toBe(2);
  expect((await cli("runtime", "--path", "--check")).code).toBe(2);
});
