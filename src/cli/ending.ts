import type { Diagnostic } from "../diagnostics/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";

/** What ended a command, as a diagnostic: whatever was thrown after an interruption is the interruption's. */
export function endingOf(error: unknown, signal: AbortSignal): Diagnostic {
  if (signal.aborted) return configDiagnostics.interrupted({});
  if (error instanceof InferOptError) return error.diagnostic;
  const [detail = ""] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split("\n", 1);
  return configDiagnostics.internal({ detail });
}
