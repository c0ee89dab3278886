import { readFileSync } from "node:fs";
import type { Calibration } from "../../passes/quantize/index.ts";
import type { CompileReport } from "../events.ts";
import type { Json } from "../schedule/index.ts";
import { hashJson } from "../schedule/index.ts";

/** What a report tells of a calibration that its file does not hold. */
export interface ObservedCalibration {
  /** Each way to calibrate that was tried, with what it loses; empty where that is not known. */
  readonly candidates: readonly unknown[];
  /** What was observed of each value; empty where that is not known. */
  readonly activations: readonly unknown[];
  /** ISO 8601 time at which it was observed; absent where nothing is known. */
  readonly observedAt?: string;
}

/** What the ranges and means of a calibration are known by in a report. */
export function calibrationHash(calibration: Calibration): string {
  return hashJson(calibration as unknown as Json);
}

/**
 * What an earlier run observed when it made these ranges, by the report that lies where the new one will: only of the same
 * model and the very same calibration, so that no figures of other data are told. Any other file tells nothing.
 */
export function observedEarlier(report: string, model: string, calibration: Calibration): ObservedCalibration {
  const nothing: ObservedCalibration = { candidates: [], activations: [] };
  const earlier = readReport(report);
  if (earlier?.model?.hash !== model) return nothing;
  const { quantization } = earlier;
  if (typeof quantization !== "object" || quantization === null) return nothing;
  const known = quantization as Partial<ObservedCalibration> & { readonly calibration?: unknown };
  const { candidates, activations, observedAt } = known;
  if (known.calibration !== calibrationHash(calibration)) return nothing;
  if (!Array.isArray(candidates) || !Array.isArray(activations) || typeof observedAt !== "string") return nothing;
  return { candidates, activations, observedAt };
}

function readReport(file: string): Partial<CompileReport> | undefined {
  try {
    const parsed = JSON.parse(readFileSync(file, "utf8")) as unknown;
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    // No report, or one that was damaged: nothing is known by it.
    return undefined;
  }
}
