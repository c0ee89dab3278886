export type { Candidate, CandidateOf, Emission, Family } from "./candidate.ts";
export { candidateText, emitCandidate, templateId } from "./candidate.ts";
export type { CandidatePool, CandidateSource } from "./candidate-pool.ts";
export { makeCandidatePool, poolCandidates } from "./candidate-pool.ts";
export type { Json } from "./canonical-json.ts";
export { canonicalJson, hashJson } from "./canonical-json.ts";
export { chooseCandidate, winningMargin } from "./choose-candidate.ts";
export type {
  ChoiceRecord,
  DeviceFingerprint,
  NetworkProfile,
  Point,
  ProofForm,
  ProofResources,
  ProofRecord,
  ScheduleRecord,
  TrialRecord,
  TrialTimes,
  Workload,
} from "./record.ts";
export type { TrialIdentity } from "./key.ts";
export { pointText, trialKey } from "./key.ts";
export type { CacheContent } from "./cache-file.ts";
export { appendRecords, readCacheFile } from "./cache-file.ts";
export type { ScheduleCache } from "./cache.ts";
export { makeScheduleCache, newestFirst, trialScore } from "./cache.ts";
export type { PruneRule } from "./edit-records.ts";
export { mergeRecords, pruneRecords } from "./edit-records.ts";
export type {
  KernelCase,
  Measurer,
  Rejection,
  TimedBatch,
  TimingRequest,
  WorkloadCase,
  WrittenBytes,
} from "./measurer.ts";
export type { RelatedPoint } from "./nearest.ts";
export { nearestPoints, workloadDistance } from "./nearest.ts";
export type { SessionOutlook } from "./next-session.ts";
export { expectedGain, nextSession } from "./next-session.ts";
export { exhaustiveSearch } from "./search/exhaustive.ts";
export { guidedSearch } from "./search/guided.ts";
export { learnRanking } from "./learn/learn-ranking.ts";
export type { Lesson } from "./learn/lesson.ts";
export { lessonsFor } from "./learn/lessons-for.ts";
export { hierarchicalSearch } from "./search/hierarchical.ts";
export { withLearnedRanking } from "./search/learned.ts";
export { randomSearch } from "./search/random.ts";
export type { Search, SearchState, TriedCandidate } from "./search/search.ts";
export { sequentialSearch } from "./search/sequential.ts";
export { legalPoints, neighbours, snapPoint } from "./space.ts";
export type { RaceOutcome, RaceStage } from "./successive-halving.ts";
export { raceKernels } from "./successive-halving.ts";
export type { MachineFigures, Space, Template } from "./template.ts";
export type { DeviceSummary, WorkloadSummary } from "./summarize-records.ts";
export { summarizeDevices, summarizeWorkloads } from "./summarize-records.ts";
export { recordedHistories } from "./recorded-history.ts";
export { tuneWorkloads } from "./tune-workloads.ts";
export type { TunedKernel } from "./tuned-kernel.ts";
export { knownKernel, replayedKernel, summarizeTuned } from "./tuned-kernel.ts";
export type { TuningEffort } from "./tuning-effort.ts";
export { tuningEfforts } from "./tuning-effort.ts";
export type { TuningContext, TuningRecords, TuningTask } from "./tuning-task.ts";
export { taskChoiceKey, taskTrialKey } from "./tuning-task.ts";
