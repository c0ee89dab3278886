export type { CompileOptions, UserOptions } from "./config/index.ts";
export { completeOptions } from "./config/index.ts";
export type { Diagnostic, Severity, Where } from "./diagnostics/index.ts";
export { InferOptError, formatDiagnostic } from "./diagnostics/index.ts";
export type { CompileEvent, CompileReport, FormReport, LatencyProfile, LatencySummary, Reporter } from "./events.ts";
export type {
  BenchResult,
  BenchSetup,
  CompileResult,
  CostReport,
  CompileSetup,
  LoadResult,
  LoadSetup,
  ModelAccuracy,
  ModelComparison,
  ModelSummary,
  OutputComparison,
} from "./recipes/index.ts";
export { nonzeroProducts } from "./cost/index.ts";
export {
  benchLoad,
  benchModels,
  compareModels,
  compile,
  evaluateModels,
  inspectCost,
  inspectModel,
} from "./recipes/index.ts";
export { version } from "./version.ts";
