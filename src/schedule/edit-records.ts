import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./canonical-json.ts";
import { newestFirst, trialScore } from "./cache.ts";
import { pointText } from "./key.ts";
import type { DeviceFingerprint, ScheduleRecord, TrialRecord } from "./record.ts";

const textOf = (record: object): string => canonicalJson(record as Json);

/** All records of several caches once each, oldest first: the same lines for the same content, whatever the order. */
export function mergeRecords(lists: readonly (readonly ScheduleRecord[])[]): readonly ScheduleRecord[] {
  const byText = new Map(lists.flat().map((record) => [textOf(record), record]));
  return [...byText.values()].sort((a, b) => newestFirst(b, a));
}

/** What to leave out of a cache. */
export interface PruneRule {
  /** Keeps records of this device alone; choices that name no device stay. */
  readonly device?: DeviceFingerprint | undefined;
  /** Keeps records of this version of the tool alone. */
  readonly tool?: string | undefined;
  /** Leaves failures out: their candidates may be tried again. */
  readonly failures?: boolean;
  /** Keeps so many trials of a key, the best ones, and those that choices rest on. */
  readonly best?: number | undefined;
}

/** The records that a rule keeps, in their order. */
export function pruneRecords(records: readonly ScheduleRecord[], rule: PruneRule): readonly ScheduleRecord[] {
  const { device, tool, failures = false, best } = rule;
  const deviceText = device === undefined ? undefined : textOf(device);
  const kept = records.filter(
    (record) =>
      (deviceText === undefined || record.device === undefined || textOf(record.device) === deviceText) &&
      (tool === undefined || record.tool === tool) &&
      !(failures && record.kind === "trial" && record.status !== "ok"),
  );
  if (best === undefined) return kept;
  const ranked = bestTrials(kept, best);
  const chosen = new Set(kept.flatMap((record) => (record.kind === "choice" ? [record.chosen] : [])));
  const isFailure = (trial: TrialRecord): boolean => trial.status !== "ok";
  return kept.filter(
    (record) => record.kind !== "trial" || ranked.has(record) || isFailure(record) || chosen.has(candidateOf(record)),
  );
}

/** Template and point as choices of kernels name them. */
function candidateOf({ template, point }: TrialRecord): string {
  return `${template} ${pointText(point)}`;
}

function bestTrials(records: readonly ScheduleRecord[], count: number): ReadonlySet<ScheduleRecord> {
  const byKey = new Map<string, TrialRecord[]>();
  for (const record of records)
    if (record.kind === "trial") byKey.set(record.key, [...(byKey.get(record.key) ?? []), record]);
  return new Set(
    [...byKey.values()].flatMap((trials) => trials.sort((a, b) => trialScore(a) - trialScore(b)).slice(0, count)),
  );
}
