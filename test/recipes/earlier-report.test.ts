import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Calibration } from "../../passes/quantize/index.ts";
import { calibrationHash, observedEarlier } from "../../src/recipes/earlier-report.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-earlier-"));
afterAll(() => rmSync(folder, { recursive: true }));

const calibration: Calibration = {
  ...{ format: "infer-opt.calib", version: 1, graph: "g", data: "d", method: "auto", chosen: "mse", samples: 8 },
  ...{ ranges: { x: { min: -1, max: 1 } }, means: {} },
};
const observed = {
  candidates: [{ sqnrDb: 30 }],
  activations: [{ value: "x" }],
  observedAt: "2026-11-20T08:00:00.000Z",
};
const nothing = { candidates: [], activations: [] };
const report = {
  model: { hash: "m" },
  quantization: { ...observed, calibration: calibrationHash(calibration), int8Nodes: 3 },
};

function write(content: unknown): string {
  const file = join(folder, "net.report.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("what was observed when ranges were made is taken from the report of that run", () => {
  expect(observedEarlier(write(report), "m", calibration)).toEqual(observed);
});

test("figures of another model, of other ranges or data, or of no report are not taken", () => {
  expect(observedEarlier(write(report), "other", calibration)).toEqual(nothing);
  const ranges = { x: { min: -1, max: 2 } };
  for (const changed of [{ data: "e" }, { chosen: "entropy" }, { ranges }])
    expect(observedEarlier(write(report), "m", { ...calibration, ...changed })).toEqual(nothing);
  expect(observedEarlier(join(folder, "none.json"), "m", calibration)).toEqual(nothing);
});

test.each([
  ["a torn file", '{"model":{"ha'],
  ["no object", "null"],
  ["a list", "[]"],
  ["no quantization", { ...report, quantization: null }],
  ["candidates that are no list", { ...report, quantization: { ...report.quantization, candidates: "x" } }],
  ["no time", { ...report, quantization: { ...report.quantization, observedAt: undefined } }],
])("%s tells nothing", (_, content) => {
  expect(observedEarlier(write(content), "m", calibration)).toEqual(nothing);
});
