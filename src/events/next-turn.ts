import { setImmediate } from "node:timers/promises";

/**
 * Resolves when keys, signals and timers that wait have had their turn. The core asks for it between passes, layers, workloads
 * and samples: a person who presses a key waits no longer than one of them takes. It costs some microseconds.
 */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
