import type { RaceStage, TuningEffort } from "../../src/schedule/index.ts";

const stages: readonly RaceStage[] = [
  { rounds: 3, within: 1.2, atMost: Infinity },
  { rounds: 4, within: 1.08, atMost: 4 },
];

/**
 * What `--tune` names where a candidate is a whole model: a trial takes as long as hundreds of a kernel's, and every model
 * of a turn is in memory at once.
 */
export const formEfforts: Readonly<Record<"quick" | "default" | "extensive", TuningEffort>> = {
  quick: { candidates: 4, first: 4, turn: 1, patience: 1, stages: stages.slice(0, 1), finalRounds: 5 },
  default: { candidates: 20, first: 8, turn: 4, patience: 2, stages, finalRounds: 14 },
  extensive: { candidates: 80, first: 12, turn: 6, patience: 4, stages, finalRounds: 30 },
};

/** An effort of which a turn, its incumbent included, opens no more sessions than these. */
export function withinSessions(effort: TuningEffort, sessions: number): TuningEffort {
  const atMost = Math.max(1, sessions - 1);
  return { ...effort, first: Math.min(effort.first, atMost), turn: Math.min(effort.turn, atMost) };
}
