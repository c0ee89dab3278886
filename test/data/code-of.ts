import { InferOptError } from "../../src/diagnostics/index.ts";

/** The diagnostic code of what an action throws; anything else that is thrown goes on. */
export async function codeOf(action: () => unknown): Promise<string | undefined> {
  try {
    await action();
  } catch (error) {
    if (error instanceof InferOptError) return error.diagnostic.code;
    throw error;
  }
  return undefined;
}
