import { seededRandom } from "../statistics.ts";

/**
 * Times, in nanoseconds from the start, at which requests of independent users arrive: a Poisson process of `rate` a second
 * for `durationNs`, by sums of exponential gaps. The plan is fixed before the run: a slow server delays no arrival.
 */
export function poissonArrivals(rate: number, durationNs: number, seed: number): readonly number[] {
  const random = seededRandom(seed);
  const times: number[] = [];
  for (let at = 0; ;) {
    at += (-Math.log(1 - random()) * 1e9) / rate;
    if (!(at < durationNs)) return times;
    times.push(at);
  }
}
