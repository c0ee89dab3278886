import { InferOptError } from "../diagnostics/index.ts";
import { isRuntimeFailure } from "./accuracy/accuracy.ts";
import type { Run } from "./run.ts";

/** A search that the runtime fails in leaves what there is without it, and is told. */
export async function orNoted<T>(what: string, action: () => Promise<T>, run: Run): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InferOptError) || !isRuntimeFailure(error)) throw error;
    run.note(`tuning of ${what} ended: ${error.diagnostic.message}`);
    return undefined;
  }
}
