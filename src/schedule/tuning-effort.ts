import type { RaceStage } from "./successive-halving.ts";

/** How much is tried for one workload. */
export interface TuningEffort {
  /** Candidates at most, failures and those of earlier runs included. */
  readonly candidates: number;
  /** Candidates of the first turn, and of each later one. */
  readonly first: number;
  readonly turn: number;
  /** Turns in a row that may gain less than {@link worthwhileGain} before the search ends. */
  readonly patience: number;
  /** How the candidates of a turn are raced. */
  readonly stages: readonly RaceStage[];
  /** Rounds in which the last few are told apart. */
  readonly finalRounds: number;
}

/** A turn that gains less than this share found nothing; a challenger that wins by less does not replace a seed. */
export const worthwhileGain = 0.01;

/** The last few: those within this factor of the best, at most {@link finalists} of them. */
export const finalWithin = 1.08;
export const finalists = 3;

/** What a kernel may lose on one thread to gain more on several, as a share. */
export const lossWhenAlone = 0.05;

/** Rounds of a final race that is short of time: fewer tell nothing of the noise. */
export const leastFinalRounds = 4;

/** Races of the last few at most: more than one only where the machine is noisy. */
export const finalRepeats = 3;

const stages: readonly RaceStage[] = [
  { rounds: 3, within: 1.25, atMost: Infinity },
  { rounds: 3, within: finalWithin, atMost: 6 },
  { rounds: 4, within: finalWithin, atMost: finalists },
];

/** How much of an effort is spent on all threads, after the search on one: its best are where that search begins. */
export function sharedEffort(effort: TuningEffort): TuningEffort {
  const half = (count: number): number => Math.ceil(count / 2);
  return { ...effort, candidates: half(effort.candidates), first: half(effort.first), patience: 1 };
}

/** What `--tune` names. */
export const tuningEfforts: Readonly<Record<"quick" | "default" | "extensive", TuningEffort>> = {
  quick: { candidates: 6, first: 4, turn: 2, patience: 1, stages: stages.slice(0, 2), finalRounds: 8 },
  default: { candidates: 24, first: 14, turn: 5, patience: 2, stages, finalRounds: 14 },
  extensive: { candidates: 96, first: 40, turn: 8, patience: 5, stages, finalRounds: 30 },
};
