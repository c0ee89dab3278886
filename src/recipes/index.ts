export { appendText } from "./commands/append-text.ts";
export type { BenchResult, BenchRow, BenchSetup } from "./commands/bench-models.ts";
export { benchModels } from "./commands/bench-models.ts";
export type { LoadResult, LoadSetup, TriedRate } from "./load/bench-load.ts";
export { benchLoad } from "./load/bench-load.ts";
export type { CompileResult, CompileSetup } from "./compile.ts";
export { compile } from "./compile.ts";
export type { CacheEdit, CacheSummary } from "./commands/edit-cache.ts";
export { mergeCaches, pruneCache, summarizeCache, thisDevice } from "./commands/edit-cache.ts";
export { checkOptions } from "./check-options.ts";
export type { ModelAccuracy } from "./commands/evaluate-models.ts";
export type { Examination } from "./commands/examine.ts";
export type { Finding } from "./commands/finding.ts";
export { originText, ratesText } from "./commands/examine-speed.ts";
export { examine } from "./commands/examine.ts";
export { evaluateModels } from "./commands/evaluate-models.ts";
export type { HostCheck } from "./regions/check-host.ts";
export { checkHost, hostLibraryPath } from "./regions/check-host.ts";
export type { BaselineGate, BaselineResult } from "./commands/gate-baseline.ts";
export { gateBaseline, speedChecks } from "./commands/gate-baseline.ts";
export type { CompareScope, ModelComparison, OutputComparison } from "./commands/compare-models.ts";
export { compareModels } from "./commands/compare-models.ts";
export type { ModelSummary } from "./commands/inspect.ts";
export { inspectModel } from "./commands/inspect.ts";
export type { CostQuery, CostReport, CostedLayer, Scenario, ScenarioName } from "./commands/inspect-cost.ts";
export { inspectCost, scenarios } from "./commands/inspect-cost.ts";
export type {
  KernelInspection,
  ProgramInspection,
  RegionInspection,
  StepInspection,
} from "./commands/inspect-regions.ts";
export { inspectRegions } from "./commands/inspect-regions.ts";
export type { PackageKind, PackageSource, WrittenPackage } from "./package/write-package.ts";
export { writePackage } from "./package/write-package.ts";
export type { PassListing, TargetListing } from "./commands/listings.ts";
export { listPasses, listTargets } from "./commands/listings.ts";
export { writeConfig } from "./commands/write-config.ts";
export { writeAtomically } from "./write-result.ts";
export type { SessionChoice } from "./commands/session-choice.ts";
