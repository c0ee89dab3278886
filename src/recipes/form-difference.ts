import { InferOptError } from "../diagnostics/index.ts";
import type { RuntimeValue } from "../ir/index.ts";
import type { Preserves } from "../pipeline/index.ts";
import { compareValues } from "../pipeline/index.ts";
import { isRuntimeFailure } from "./accuracy.ts";
import type { Form } from "./form.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";

/**
 * How the results of two forms differ by more than they may, or why the runtime refuses the second; undefined when they
 * agree, or cannot be run.
 */
export async function differenceFrom(
  base: Form,
  form: Form,
  preserves: Preserves,
  samples: Samples | undefined,
  run: Run,
): Promise<string | undefined> {
  if (samples === undefined || run.unrunnable !== undefined || run.options.check === "none") return undefined;
  const feeds = await readFeeds(samples.check);
  const { fast } = run.environment;
  const theirs = fast.run(form.model, feeds, undefined)[Symbol.asyncIterator]();
  for await (const outputs of fast.run(base.model, feeds, undefined)) {
    const value = await nextOutputs(theirs);
    if (value instanceof InferOptError) return value.diagnostic.message;
    const { verdict, detail } = compareValues(outputs, value, preserves);
    if (verdict === "mismatch") return detail;
  }
  return undefined;
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
