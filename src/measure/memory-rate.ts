import type { Clock } from "./clock.ts";

/** More than the caches of most machines hold, so that a copy goes to memory. */
const BYTES = 128 << 20;
const REPEATS = 6;

/** Bytes a second that one thread reads and writes when it copies what no cache holds: the best of some copies. */
export function memoryRate(clock: Clock, bytes = BYTES): number {
  const from = new Uint8Array(bytes).fill(1);
  const to = new Uint8Array(bytes);
  let best = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const start = clock.now();
    to.set(from);
    best = Math.min(best, clock.now() - start);
  }
  return (2 * bytes * 1e9) / best;
}
