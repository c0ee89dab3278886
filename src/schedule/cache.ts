import { pointText } from "./key.ts";
import type { ChoiceRecord, ProofRecord, ScheduleRecord, TrialRecord } from "./record.ts";

/** Records at hand, with the questions asked of them. */
export interface ScheduleCache {
  readonly records: readonly ScheduleRecord[];
  /** Trials under a key, best first: by time divided by the reference loop's, ties by canonical point; failures last. */
  trials(key: string): readonly TrialRecord[];
  /** The newest proof under a key, and the choice that belongs to it. */
  proof(key: string): { readonly proof: ProofRecord; readonly choice: ChoiceRecord } | undefined;
  /** Adds records, and writes them where the cache has a file. */
  append(records: readonly ScheduleRecord[]): void;
}

function rank(trial: TrialRecord): number {
  return trial.status === "ok" && trial.ns !== undefined && trial.reference !== undefined
    ? trial.ns.min / trial.reference.ns
    : Infinity;
}

function compareTrials(a: TrialRecord, b: TrialRecord): number {
  const left = rank(a);
  const right = rank(b);
  if (left !== right) return left < right ? -1 : 1;
  const p = pointText(a.point);
  const q = pointText(b.point);
  return p < q ? -1 : p > q ? 1 : 0;
}

/** A cache over records; `write` stores what is added (the caller brings the file and its lock). */
export function makeScheduleCache(
  initial: readonly ScheduleRecord[],
  write?: (records: readonly ScheduleRecord[]) => void,
): ScheduleCache {
  const records = [...initial];
  return {
    records,
    trials: (key) => records.filter((r): r is TrialRecord => r.kind === "trial" && r.key === key).sort(compareTrials),
    proof: (key) => {
      const newest = <R extends { readonly at: string }>(found: readonly R[]): R | undefined =>
        found.reduce<R | undefined>((best, r) => (best === undefined || r.at > best.at ? r : best), undefined);
      const proof = newest(records.filter((r): r is ProofRecord => r.kind === "proof" && r.key === key));
      const choice = newest(records.filter((r): r is ChoiceRecord => r.kind === "choice" && r.key === key));
      return proof === undefined || choice === undefined ? undefined : { proof, choice };
    },
    append: (added) => {
      records.push(...added);
      write?.(added);
    },
  };
}
