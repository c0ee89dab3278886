export type { Diagnostic, DiagnosticEntry, DiagnosticFactory, Severity, Where } from "./diagnostic.ts";
export { InferOptError, define, fail } from "./diagnostic.ts";
export { formatDiagnostic } from "./format.ts";
export { printable } from "./printable.ts";
