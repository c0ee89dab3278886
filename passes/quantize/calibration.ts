import type { Model } from "../../src/ir/index.ts";
import { hashModel } from "../../src/ir/index.ts";
import { fail } from "../../src/diagnostics/index.ts";
import { quantDiagnostics } from "../../src/diagnostics/codes/quant.ts";
import type { Range } from "../../src/quant/index.ts";

/** What calibration found, as `<stem>.calib.json` holds it: bound to the graph, the data and the method. */
export interface Calibration {
  readonly format: "infer-opt.calib";
  readonly version: 1;
  /** Structural hash of the graph, names included. */
  readonly graph: string;
  /** Hash of the samples, in their order. */
  readonly data: string;
  /** The method asked for, `auto` included. */
  readonly method: string;
  /** The method whose ranges these are. */
  readonly chosen: string;
  readonly samples: number;
  /** Range of each value by name. */
  readonly ranges: Readonly<Record<string, Range>>;
  /** Mean of each channel of the inputs of weighted operators, by value name (bias correction). */
  readonly means: Readonly<Record<string, readonly number[]>>;
}

/** The hash that binds a calibration to a graph. */
export function calibrationGraphHash(model: Model): string {
  return hashModel(model, { names: true });
}

/** Ranges and means as text, keys sorted: the same calibration gives the same bytes. */
export function printCalibration(calibration: Calibration): string {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return `${JSON.stringify(calibration, sorted, 1)}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRange(value: unknown): value is Range {
  return isRecord(value) && Number.isFinite(value["min"]) && Number.isFinite(value["max"]);
}

function isNumberList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item));
}

/** Reads a calibration file's text; throws IO0505 with what is wrong. */
export function parseCalibration(text: string, file: string): Calibration {
  const malformed = (detail: string, cause?: unknown): never =>
    fail(quantDiagnostics.malformedCalibration({ file, detail }, { file }), cause);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    return malformed("not valid JSON", cause);
  }
  if (!isRecord(parsed)) return malformed("not an object");
  if (parsed["format"] !== "infer-opt.calib" || parsed["version"] !== 1)
    return malformed("not format infer-opt.calib 1");
  for (const key of ["graph", "data", "method", "chosen"])
    if (typeof parsed[key] !== "string") return malformed(`"${key}" is missing`);
  if (!Number.isInteger(parsed["samples"])) return malformed('"samples" is missing');
  const { ranges, means } = parsed;
  if (!isRecord(ranges) || !Object.values(ranges).every(isRange)) return malformed('"ranges" is malformed');
  if (!isRecord(means) || !Object.values(means).every(isNumberList)) return malformed('"means" is malformed');
  return parsed as unknown as Calibration;
}

/** What a calibration is checked against; absent fields are not checked. */
export interface CalibrationBinding {
  readonly graph: string;
  readonly data?: string | undefined;
  readonly method?: string | undefined;
}

/** Throws IO0503 when a calibration was made for another graph, IO0504 for other data or another method. */
export function checkCalibration(calibration: Calibration, binding: CalibrationBinding, file: string): void {
  if (calibration.graph !== binding.graph)
    fail(
      quantDiagnostics.calibrationOfOtherModel({ file, expected: binding.graph, found: calibration.graph }, { file }),
    );
  for (const key of ["data", "method"] as const) {
    const expected = binding[key];
    if (expected !== undefined && expected !== calibration[key])
      fail(quantDiagnostics.calibrationOfOtherData({ file, expected, found: calibration[key] }, { file }));
  }
}
