import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { completeOptions } from "../../src/config/index.ts";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { memoryObjection, sessionsThatFit } from "../../src/recipes/memory.ts";
import { outputPaths, requireFile, requireWritable } from "../../src/recipes/paths.ts";

const folder = mkdtempSync(join(tmpdir(), "paths-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
writeFileSync(at("m.onnx"), "x");

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InferOptError) return error.diagnostic.code;
    throw error;
  }
  return "none";
}

test("beside the model, in a folder, or under a given name", () => {
  expect(outputPaths(at("m.onnx"), undefined, undefined)).toEqual({
    folder,
    model: at("m.opt.onnx"),
    schedule: at("m.schedule.jsonl"),
    calib: at("m.calib.json"),
    report: at("m.report.json"),
    page: at("m.report.html"),
  });
  expect(outputPaths(at("m.onnx"), at("out"), undefined).model).toBe(at("out", "m.opt.onnx"));
  expect(outputPaths(at("m.onnx"), at("out", "my model.opt.onnx"), "r.jsonl")).toMatchObject({
    folder: at("out"),
    model: at("out", "my model.opt.onnx"),
    schedule: "r.jsonl",
    report: at("out", "my model.report.json"),
    page: at("out", "my model.report.html"),
  });
});

test("a folder may be called x.onnx", () => {
  mkdirSync(at("dir.onnx"));
  expect(outputPaths(at("m.onnx"), at("dir.onnx"), undefined).model).toBe(at("dir.onnx", "m.opt.onnx"));
});

test("the input is never written over, under whatever name", () => {
  linkSync(at("m.onnx"), at("hard.onnx"));
  mkdirSync(at("real"));
  writeFileSync(at("real", "n.onnx"), "x");
  symlinkSync(at("real"), at("alias"));
  for (const [model, output] of [
    [at("m.onnx"), at("m.onnx")],
    [at("m.onnx"), at(".", "real", "..", "m.onnx")],
    [at("m.onnx"), at("hard.onnx")],
    [at("real", "n.onnx"), at("alias", "n.onnx")],
  ] as const)
    expect(
      codeOf(() => outputPaths(model, output, undefined)),
      output,
    ).toBe("IO0904");
});

test("records are never written into the model or another file of the run", () => {
  for (const records of [at("m.onnx"), at("o.onnx"), at("o.calib.json"), at(".", "o.report.json")])
    expect(
      codeOf(() => outputPaths(at("m.onnx"), at("o.onnx"), records)),
      records,
    ).toBe("IO0904");
});

test("an output that cannot be written is refused before the work", () => {
  expect(codeOf(() => requireWritable(at("m.onnx", "inside")))).toBe("IO0906");
  expect(codeOf(() => requireWritable(at("new", "deep")))).toBe("none");
});

test("a model must be a file", () => {
  expect(codeOf(() => requireFile(at("none.onnx")))).toBe("IO0907");
  expect(codeOf(() => requireFile(folder))).toBe("IO0907");
  expect(codeOf(() => requireFile(at("m.onnx")))).toBe("none");
});

test("a model that would not fit into memory is not run, and the reason has both numbers", () => {
  const limited = completeOptions({ memoryLimit: "1GB" });
  expect(memoryObjection(1e6, limited)).toBeUndefined();
  expect([1e6, 1e8, 1e9].map((bytes) => sessionsThatFit(bytes, limited))).toEqual([333, 3, 2]);
  expect(memoryObjection(1e9, limited)).toBe("running it takes about 5.59 GiB, and 0.93 GiB are allowed");
  expect(memoryObjection(1e6, completeOptions({}))).toBeUndefined();
  expect(memoryObjection(1e15, completeOptions({}))).toContain("are free");
});
