export type { Json } from "./canonical-json.ts";
export { canonicalJson, hashJson } from "./canonical-json.ts";
export type {
  ChoiceRecord,
  DeviceFingerprint,
  Point,
  ProofForm,
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
export { makeScheduleCache, newestFirst } from "./cache.ts";
export type { Space, Template } from "./template.ts";
