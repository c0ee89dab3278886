import type { KernelSamples } from "./kernel-samples.ts";
import { scoreOf } from "./kernel-samples.ts";
import type { KernelCase, Rejection, TimedBatch } from "./measurer.ts";

/** One stage of a race: more rounds for all that are left, then the slow ones go. */
export interface RaceStage {
  readonly rounds: number;
  /** Stays: what takes at most this many times the best. */
  readonly within: number;
  /** Stay: at most this many. */
  readonly atMost: number;
}

/** What a race found of one entrant. */
export interface RaceOutcome {
  readonly samples: KernelSamples;
  readonly rejection: Rejection | undefined;
}

/**
 * Races kernels by successive halving (Jamieson and Talwalkar, 2016): all are timed in the same rounds, and after each
 * stage those far from the best leave, so that time goes to those that are hard to tell apart. `time` takes the kernels
 * that are left; stages after the first run only where `mayGoOn` says so. One outcome each, in order; ties go to the earlier
 * entrant.
 */
export async function raceKernels(
  entrants: readonly KernelCase[],
  stages: readonly RaceStage[],
  time: (kernels: readonly KernelCase[], rounds: number) => Promise<TimedBatch>,
  mayGoOn: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<readonly RaceOutcome[]> {
  const ns: number[][] = entrants.map(() => []);
  const referenceNs: number[][] = entrants.map(() => []);
  const rejections: (Rejection | undefined)[] = entrants.map(() => undefined);
  const samplesOf = (entrant: number): KernelSamples => ({
    ns: ns[entrant] ?? [],
    referenceNs: referenceNs[entrant] ?? [],
  });
  let left = entrants.map((_, i) => i);
  for (const [stage, { rounds, within, atMost }] of stages.entries()) {
    if (left.length === 0 || (stage > 0 && !(await mayGoOn()))) break;
    const batch = await time(
      left.map((entrant) => entrants[entrant] as KernelCase),
      rounds,
    );
    left.forEach((entrant, i) => (rejections[entrant] = batch.rejections[i]));
    for (const round of batch.rounds)
      left.forEach((entrant, i) => {
        if (rejections[entrant] !== undefined) return;
        ns[entrant]?.push(round.ns[i] as number);
        referenceNs[entrant]?.push(round.referenceNs);
      });
    const ranked = left
      .filter((entrant) => rejections[entrant] === undefined)
      .map((entrant) => ({ entrant, score: scoreOf(samplesOf(entrant)) }))
      .sort((a, b) => a.score - b.score || a.entrant - b.entrant);
    const limit = (ranked[0]?.score ?? 0) * within;
    left = ranked
      .filter(({ score }) => score <= limit)
      .slice(0, atMost)
      .map(({ entrant }) => entrant)
      .sort((a, b) => a - b);
  }
  return entrants.map((_, i) => ({ samples: samplesOf(i), rejection: rejections[i] }));
}
