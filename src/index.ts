export type { CompileOptions, UserOptions } from "./config/index.ts";
export { completeOptions } from "./config/index.ts";
export type { Diagnostic, Severity, Where } from "./diagnostics/index.ts";
export { InferOptError, formatDiagnostic } from "./diagnostics/index.ts";
export type { CompileEvent, CompileReport, FormReport, LatencyProfile, LatencySummary, Reporter } from "./events.ts";
export type {
  BenchResult,
  CompileResult,
  CostReport,
  CompileSetup,
  ModelAccuracy,
  ModelComparison,
  ModelSummary,
  OutputComparison,
} from "./recipes/index.ts";
export { nonzeroProducts } from "./cost/index.ts";
export { benchModels, compareModels, compile, evaluateModels, inspectCost, inspectModel } from "./recipes/index.ts";
export { version } from "./version.ts";
