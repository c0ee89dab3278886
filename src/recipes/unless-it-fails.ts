import { InferOptError } from "../diagnostics/index.ts";
import { isRuntimeFailure } from "./accuracy/accuracy.ts";
import type { Run } from "./run.ts";

/** Runs a measurement; when the runtime fails in it, what is left to do is to write the result unmeasured. */
export async function unlessItFails<T>(measure: () => Promise<T>, run: Run): Promise<T | undefined> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof InferOptError) || !isRuntimeFailure(error)) throw error;
    run.cannotRun(error.diagnostic.message);
    return undefined;
  }
}
