import type { Diagnostic } from "../diagnostics/index.ts";
import type { CompileReport } from "../events.ts";

/** How a compile ended, for pipelines: with a report, or with the error that ended it. */
export type Outcome =
  | { readonly report: CompileReport; readonly exitCode: number }
  | { readonly model: string; readonly error: Diagnostic };
