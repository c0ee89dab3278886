import type { Clock } from "./clock.ts";
import { quietRounds } from "./quiet-rounds.ts";
import { referenceLoop } from "./reference-loop.ts";

/** Loops of about a millisecond each. */
const LOOPS = 200;

/** Median deviation of the reference loop from its best, as a share: how noisy this machine is now. Takes a fraction of a second. */
export function noiseFloor(clock: Clock, loop: () => unknown = referenceLoop): number {
  const times = Array.from({ length: LOOPS }, () => {
    const start = clock.now();
    loop();
    return clock.now() - start;
  });
  return quietRounds(times, 0).noise;
}
