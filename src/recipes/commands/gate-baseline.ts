import type { CompileOptions } from "../../config/index.ts";
import { InferOptError } from "../../diagnostics/index.ts";
import type { CheckReport, Reporter } from "../../events.ts";
import type { Model } from "../../ir/index.ts";
import { printType } from "../../ir/index.ts";
import { loadModel } from "../../onnx/index.ts";
import { counted } from "../../report/index.ts";
import type { BenchResult } from "./bench-models.ts";
import { benchModels } from "./bench-models.ts";
import { compareModels } from "./compare-models.ts";
import { evaluateModels } from "./evaluate-models.ts";
import { LEAST_SQNR, accuracyObjection } from "../accuracy/judge-accuracy.ts";
import { requireFile } from "../paths.ts";

/** What a model is held to by its last release. */
export interface BaselineGate {
  /** Share by which it may be slower than the baseline; undefined does not time it. */
  readonly slower: number | undefined;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** How a model stands against its last release. */
export interface BaselineResult {
  readonly checks: readonly CheckReport[];
  /** Undefined where it was not timed. */
  readonly timing: BenchResult | undefined;
}

/**
 * Holds a model against the one that was shipped last: the same inputs and outputs, accuracy within `--max-drop` of its, and,
 * where asked for, not slower at any thread count beyond noise. What cannot be told is not passed, and says why.
 */
export async function gateBaseline(
  baseline: string,
  file: string,
  options: CompileOptions,
  gate: BaselineGate,
): Promise<BaselineResult> {
  requireFile(baseline);
  const [before, after] = await Promise.all([baseline, file].map(async (path) => (await loadModel(path)).model));
  if (before === undefined || after === undefined) throw new Error("two models are expected");
  const face = compareInterface(before, after);
  if (!face.ok) return { checks: [face], timing: undefined };
  const accuracy = await orShut("accuracy", gate.signal, () => checkAccuracy(baseline, file, options, gate.signal));
  const checks = [face, accuracy];
  if (gate.slower === undefined) return { checks, timing: undefined };
  const timing = await timed(baseline, file, options, gate);
  return "ok" in timing
    ? { checks: [...checks, timing], timing: undefined }
    : { checks: [...checks, ...speedChecks(timing, gate.slower)], timing };
}

/** What callers rely on: names and types of inputs and outputs. A dimension that became free breaks nobody. */
export function compareInterface(before: Model, after: Model): CheckReport {
  const name = "interface";
  for (const side of ["inputs", "outputs"] as const) {
    const now = new Map(
      after.graph[side].filter(({ constant }) => constant === undefined).map((each) => [each.name, each]),
    );
    for (const { name: which, type, constant } of before.graph[side]) {
      if (constant !== undefined) continue;
      const other = now.get(which);
      const what = `${side === "inputs" ? "input" : "output"} "${which}"`;
      if (other === undefined) return { name, ok: false, detail: `the ${what} is gone` };
      now.delete(which);
      if (type?.kind !== "tensor" || other.type?.kind !== "tensor") continue;
      const differs =
        type.dtype !== other.type.dtype ||
        (type.shape !== undefined &&
          other.type.shape !== undefined &&
          (type.shape.length !== other.type.shape.length ||
            other.type.shape.some((dim, i) => typeof dim === "number" && dim !== type.shape?.[i])));
      if (differs)
        return {
          name,
          ok: false,
          detail: `the ${what} was ${printType(type)} and is ${printType(other.type)}`,
        };
    }
    const [added] = side === "inputs" ? now.keys() : [];
    if (added !== undefined) return { name, ok: false, detail: `the input "${added}" is new` };
  }
  return { name, ok: true, detail: "inputs and outputs are those of the baseline" };
}

/** By labels or the asked metric where there is data; else by the signal-to-noise ratio of the outputs. */
async function checkAccuracy(
  baseline: string,
  file: string,
  options: CompileOptions,
  signal: AbortSignal,
): Promise<CheckReport> {
  const name = "accuracy";
  const hasData = options.calibData !== undefined || options.evalData !== undefined || options.randomCalib;
  if (!hasData) {
    const { outputs, samples } = await compareModels(baseline, file, options, signal);
    const least = outputs.reduce((worst, { sqnrDb }) => Math.min(worst, sqnrDb), Infinity);
    const detail = `${Number.isFinite(least) ? `${least.toFixed(1)} dB` : least > 0 ? "equal" : "not comparable"} on ${counted(samples, "generated sample")}; at least ${LEAST_SQNR} dB are wanted`;
    return { name, ok: least >= LEAST_SQNR, detail };
  }
  const [theirs, mine] = await evaluateModels([baseline, file], options, signal);
  if (theirs === undefined || mine === undefined) throw new Error("two results are expected");
  const byForm = new Map([
    ["original", theirs.accuracy],
    ["model", mine.accuracy],
  ]);
  const objection = accuracyObjection({ name: "model", lossy: true }, byForm, options);
  if (objection !== undefined) return { name, ok: false, detail: objection };
  const value = (list: typeof mine.accuracy, metric: string): number | undefined =>
    list.find((entry) => entry.metric === metric)?.value;
  const [before, now] = [value(theirs.accuracy, "top1"), value(mine.accuracy, "top1")];
  const samples = mine.accuracy[0]?.samples ?? 0;
  const detail =
    before === undefined || now === undefined
      ? `${(value(mine.accuracy, "sqnr") ?? NaN).toFixed(1)} dB against the baseline on ${counted(samples, "sample")}`
      : `top1 ${(now * 100).toFixed(2)} %, baseline ${(before * 100).toFixed(2)} %, on ${counted(samples, "sample")}; a drop of ${options.maxDrop} is allowed`;
  return { name, ok: true, detail };
}

async function timed(
  baseline: string,
  file: string,
  options: CompileOptions,
  { reporter, signal }: BaselineGate,
): Promise<BenchResult | CheckReport> {
  try {
    return await benchModels([baseline, file], options, { reporter, signal });
  } catch (error) {
    return shut("speed", error, signal);
  }
}

/** Slower by more than what is allowed at the median pair of a round, and surely not as fast: noise fails nobody. */
export function speedChecks({ runs }: Pick<BenchResult, "runs">, slower: number): readonly CheckReport[] {
  return runs.map(({ threads, rows }) => {
    const speed = rows[1]?.speed;
    if (speed === undefined) throw new Error("two models were timed");
    const { paired, pairedLow, pairedHigh } = speed;
    const fails = paired < 1 - slower && pairedHigh < 1;
    return {
      name: `speed at ${counted(threads, "thread")}`,
      ok: !fails,
      detail: `${paired.toFixed(3)}x of the baseline (${pairedLow.toFixed(3)} to ${pairedHigh.toFixed(3)}); at least ${(1 - slower).toFixed(3)}x is wanted`,
    };
  });
}

async function orShut(name: string, signal: AbortSignal, check: () => Promise<CheckReport>): Promise<CheckReport> {
  try {
    return await check();
  } catch (error) {
    return shut(name, error, signal);
  }
}

/** A check that could not be made, which is not passed; wrong usage and bugs go on. */
function shut(name: string, error: unknown, signal: AbortSignal): CheckReport {
  signal.throwIfAborted();
  if (!(error instanceof InferOptError) || error.diagnostic.exitCode === 2) throw error;
  return { name, ok: false, detail: error.diagnostic.message };
}
