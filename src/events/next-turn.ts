import { setImmediate } from "node:timers/promises";

/**
 * Resolves when keys, signals and timers that wait have had their turn. The core asks for it between passes, layers, workloads
 * and samples: a person who presses a key waits no longer than one of them takes. It costs some microseconds.
 */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}

/** Milliseconds of work after which others have their turn: keys answer at once for people. */
const longestTurnMs = 50;

/** What work comes to that is done step by step, with {@link nextTurn} whenever some of it has taken {@link longestTurnMs}. */
export async function inTurns<Result>(steps: Iterator<unknown, Result>): Promise<Result> {
  let begun = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    if (performance.now() - begun < longestTurnMs) continue;
    await nextTurn();
    begun = performance.now();
  }
}
