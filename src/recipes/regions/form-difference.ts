import { InferOptError } from "../../diagnostics/index.ts";
import type { Model, RuntimeValue } from "../../ir/index.ts";
import type { Preserves } from "../../pipeline/index.ts";
import { compareValues } from "../../pipeline/index.ts";
import { isRuntimeFailure } from "../accuracy/accuracy.ts";
import type { Form } from "../form.ts";
import { LEAST_SQNR } from "../accuracy/judge-accuracy.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { readFeeds } from "../samples.ts";

/** How a model relates to a form on samples; empty where they cannot be run. */
export interface FormDifference {
  /** How the results differ by more than they may, or why the runtime refuses the model. */
  readonly difference?: string | undefined;
  /** Least signal-to-noise ratio of a sample and an output; absent where all are equal. */
  readonly sqnrDb?: number;
}

/** Decibels below which two models do not compute the same, whatever the runtime's own evaluations do. */
const leastAgreement = 20;

/** Decibels that two evaluations with as much noise each, which has nothing in common, agree worse than one with none. */
const ownNoise = 3;

/**
 * Compares the results of a model with those of a form. Where only accuracy has to be preserved, a model may differ from
 * the form by as much as the runtime's own evaluation of the form does with its optimizations off: quantized networks
 * with many layers spread a value that is rounded the other way. `noise` asks only for what is asked of lossy forms without
 * labels.
 */
export async function differenceFrom(
  base: Form,
  model: Model,
  preserves: Preserves | "noise",
  samples: Samples | undefined,
  run: Run,
): Promise<FormDifference> {
  if (samples === undefined || run.unrunnable !== undefined || run.options.check === "none") return {};
  const feeds = await readFeeds(samples.check);
  const { fast } = run.environment;
  const theirs = fast.run(model, feeds, undefined)[Symbol.asyncIterator]();
  let least = Infinity;
  let index = 0;
  try {
    for await (const outputs of fast.run(base.model, feeds, undefined)) {
      const sample = feeds.slice(index, index + 1);
      index++;
      const value = await nextOutputs(theirs);
      if (value instanceof InferOptError) return { difference: value.diagnostic.message };
      const { verdict, detail, sqnrDb } = compareValues(outputs, value, preserves === "noise" ? "accuracy" : preserves);
      least = Math.min(least, sqnrDb);
      if (verdict !== "mismatch" || (preserves === "noise" && sqnrDb >= LEAST_SQNR)) continue;
      const isClose =
        preserves === "accuracy" &&
        sqnrDb >= leastAgreement &&
        sqnrDb >= (await ownAgreement(base, sample, outputs, run)) - ownNoise;
      if (!isClose) return { difference: detail };
    }
  } finally {
    // Its session stays open, with all weights, until it is told that no more results are wanted.
    await theirs.return?.();
  }
  return Number.isFinite(least) ? { sqnrDb: least } : {};
}

/** Decibels by which the runtime with its optimizations off agrees with what it gave for a sample with them. */
async function ownAgreement(
  base: Form,
  sample: Awaited<ReturnType<typeof readFeeds>>,
  optimized: Outputs,
  run: Run,
): Promise<number> {
  for await (const plain of run.environment.exact.run(base.model, sample, undefined))
    return compareValues(optimized, plain, "accuracy").sqnrDb;
  return Infinity;
}

type Outputs = ReadonlyMap<string, RuntimeValue>;

/** The outputs for the next sample; the error where the runtime refuses the model or fails. */
async function nextOutputs(outputs: AsyncIterator<Outputs>): Promise<Outputs | InferOptError> {
  try {
    const { value, done } = await outputs.next();
    return done === true ? new Map() : value;
  } catch (error) {
    if (error instanceof InferOptError && isRuntimeFailure(error)) return error;
    throw error;
  }
}
