import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./canonical-json.ts";
import { pointText } from "./key.ts";
import type { ChoiceRecord, ProofRecord, ScheduleRecord, TrialRecord } from "./record.ts";

/** Records at hand, with the questions asked of them. */
export interface ScheduleCache {
  readonly records: readonly ScheduleRecord[];
  /** Trials under a key, best first by {@link trialScore}, ties by canonical point; failures last. */
  trials(key: string): readonly TrialRecord[];
  /** Proofs under a key with the choices made by them, newest first; of many devices where files were merged. */
  proofs(key: string): readonly { readonly proof: ProofRecord; readonly choice: ChoiceRecord }[];
  /** Choices under a key, those of the longest search first, then the newest. */
  choices(key: string): readonly ChoiceRecord[];
  /** Adds records, and writes them where the cache has a file. */
  append(records: readonly ScheduleRecord[]): void;
}

/** Time of a trial divided by the reference loop's, which is what trials are ranked by; infinite for a failure. */
export function trialScore(trial: TrialRecord): number {
  return trial.status === "ok" && trial.ns !== undefined && trial.reference !== undefined
    ? trial.ns.min / trial.reference.ns
    : Infinity;
}

function compareTrials(a: TrialRecord, b: TrialRecord): number {
  const left = trialScore(a);
  const right = trialScore(b);
  if (left !== right) return left < right ? -1 : 1;
  return (
    compareTexts(pointText(a.point), pointText(b.point)) ||
    compareTexts(canonicalJson(a as unknown as Json), canonicalJson(b as unknown as Json))
  );
}

function compareTexts(p: string, q: string): number {
  return p < q ? -1 : p > q ? 1 : 0;
}

/** Order of records by age, ties by canonical text: the order of lines in the file plays no part. */
export function newestFirst(a: ScheduleRecord, b: ScheduleRecord): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  return compareTexts(canonicalJson(a as unknown as Json), canonicalJson(b as unknown as Json));
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
    choices: (key) =>
      records
        .filter((r): r is ChoiceRecord => r.kind === "choice" && r.key === key)
        .sort((a, b) => (b.candidates ?? 0) - (a.candidates ?? 0) || newestFirst(a, b)),
    append: (added) => {
      records.push(...added);
      write?.(added);
    },
  };
}
