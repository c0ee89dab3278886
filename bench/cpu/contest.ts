import type { MeasurePolicy, SpeedRatio } from "../../src/measure/index.ts";
import { pairedRatios, race, speedRatio, summarize, systemClock } from "../../src/measure/index.ts";
import type { FeedFile, Runner } from "./runner.ts";

/** One model that takes part, and who runs it. */
export interface Contestant {
  readonly name: string;
  readonly model: string;
  readonly runner: Runner;
  /** False runs compiled regions as the plain operators they stand for. */
  readonly regions?: boolean;
}

/** Spread of one contestant's time, in nanoseconds of one inference. */
export interface Spread {
  readonly minNs: number;
  readonly medianNs: number;
  readonly p90Ns: number;
  readonly samples: number;
}

/** What one race gave. */
export interface Contest {
  readonly threads: number;
  /** Median deviation of the reference loop from its best, as a share. */
  readonly noise: number;
  readonly rounds: number;
  readonly times: Readonly<Record<string, Spread>>;
  /** Why a contestant did not take part. */
  readonly failures: Readonly<Record<string, string>>;
  /** How many times faster `b` is than `a`; undefined when either did not take part. */
  speed(a: string, b: string): SpeedRatio | undefined;
  /** The same of each round; empty when either did not take part. */
  pairs(a: string, b: string): readonly number[];
}

/** Opens contestants; those that fail are left out, with the reason. */
export async function openContestants(
  contestants: readonly Contestant[],
  threads: number,
  feeds: readonly FeedFile[],
): Promise<{ readonly open: readonly Contestant[]; readonly failures: Readonly<Record<string, string>> }> {
  const open: Contestant[] = [];
  const failures: Record<string, string> = {};
  for (const contestant of contestants) {
    const { name, model, runner, regions = true } = contestant;
    try {
      await runner.request({ op: "open", form: name, model, threads, regions, feeds });
      open.push(contestant);
    } catch (error) {
      failures[name] = error instanceof Error ? error.message : String(error);
    }
  }
  return { open, failures };
}

/** Races contestants at a thread count, burst by burst in turn, whichever process runs them. */
export async function holdContest(
  contestants: readonly Contestant[],
  threads: number,
  feeds: readonly FeedFile[],
  policy: MeasurePolicy,
): Promise<Contest> {
  const { open, failures } = await openContestants(contestants, threads, feeds);
  const forms = open.map(({ name, runner }) => ({
    name,
    block: async (iterations: number, drop: number) =>
      (await runner.request({ op: "burst", form: name, iterations, drop })).ns ?? [],
  }));
  const { rounds, noise } = await race(forms, policy, { clock: systemClock, seed: threads });
  for (const { name, runner } of open) await runner.request({ op: "close", form: name });
  const roundsOf = (name: string): readonly (readonly number[])[] | undefined => {
    const index = open.findIndex((contestant) => contestant.name === name);
    return index < 0 ? undefined : rounds.map((round) => round[index] as readonly number[]);
  };
  const times = open.map(({ name }) => {
    const { minNs, medianNs, p90Ns, samples } = summarize((roundsOf(name) ?? []).flat());
    return [name, { minNs, medianNs, p90Ns, samples }] as const;
  });
  return {
    ...{ threads, noise, rounds: rounds.length, times: Object.fromEntries(times), failures },
    speed: (a, b) => {
      const [slow, fast] = [roundsOf(a), roundsOf(b)];
      return slow === undefined || fast === undefined ? undefined : speedRatio(slow, fast);
    },
    pairs: (a, b) => pairedRatios(roundsOf(a) ?? [], roundsOf(b) ?? []),
  };
}
