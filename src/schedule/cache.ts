import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./canonical-json.ts";
import { pointText } from "./key.ts";
import type { ChoiceRecord, ProofRecord, ScheduleRecord, TrialRecord } from "./record.ts";

/** Records at hand, with the questions asked of them. */
export interface ScheduleCache {
  readonly records: readonly ScheduleRecord[];
  /** Trials under a key, best first: by time divided by the reference loop's, ties by canonical point; failures last. */
  trials(key: string): readonly TrialRecord[];
  /** Proofs under a key with the choices made by them, newest first; of many devices where files were merged. */
  proofs(key: string): readonly { readonly proof: ProofRecord; readonly choice: ChoiceRecord }[];
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

/** Order of proofs by age, ties by canonical text: the order of lines in the file plays no part. */
export function newestFirst(a: ProofRecord, b: ProofRecord): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  const p = canonicalJson(a as unknown as Json);
  const q = canonicalJson(b as unknown as Json);
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
    proofs: (key) => {
      const choices = records.filter((r): r is ChoiceRecord => r.kind === "choice" && r.key === key);
      return records
        .filter((r): r is ProofRecord => r.kind === "proof" && r.key === key)
        .sort(newestFirst)
        .flatMap((proof) => {
          const choice = choices.find(({ at, chosen }) => at === proof.at && chosen === proof.emitted);
          return choice === undefined ? [] : [{ proof, choice }];
        });
    },
    append: (added) => {
      records.push(...added);
      write?.(added);
    },
  };
}
