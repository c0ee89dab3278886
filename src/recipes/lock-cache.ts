import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { InferOptError, fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import { withFileLock } from "../exec/index.ts";

/** Runs `action` under the lock of a schedule cache, whose folder is made where there is none. Throws IO0802 when that fails. */
export function withCacheLock<T>(file: string, action: () => T): T {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return withFileLock(file, action);
  } catch (error) {
    if (error instanceof InferOptError) throw error;
    return fail(scheduleDiagnostics.unreadable({ detail: (error as Error).message }, { file }), error);
  }
}
