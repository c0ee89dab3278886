import type { CompileOptions } from "../../config/index.ts";
import { counted, formatBytes, formatEnergy } from "../../report/index.ts";
import type { Candidate } from "./candidate.ts";
import { throughputOf } from "./candidate.ts";

/** What is best among the forms that meet every constraint. */
export type Objective = CompileOptions["objective"];

/** A quantity that forms are compared by; less is better. */
interface Measure {
  /** What the best has: `the smallest file`. */
  readonly best: string;
  /** Values this close count as equal: files differ by names, sessions and counters by chance. */
  readonly margin: number;
  valueOf(candidate: Candidate): number | undefined;
  format(value: number, candidate: Candidate): string;
}

const measures: Readonly<Partial<Record<Objective, Measure>>> = {
  size: {
    ...{ best: "the smallest file", margin: 0.01 },
    valueOf: ({ bytes }) => bytes,
    format: formatBytes,
  },
  memory: {
    ...{ best: "the session with the least memory", margin: 0.03 },
    valueOf: ({ memoryBytes }) => memoryBytes,
    format: formatBytes,
  },
  energy: {
    ...{ best: "the least energy", margin: 0.03 },
    valueOf: ({ energy }) => energy?.uj,
    format: (uj, { energy }) => `${formatEnergy(uj)}${energy?.source === "estimate" ? " by estimate" : ""}`,
  },
};

/** Whether a form may be slower than the original: only where something else than time is asked for. */
export function mayBeSlower(objective: Objective): boolean {
  return measures[objective] !== undefined;
}

/** Candidates that are best by an objective as far as their numbers tell, and what is said of the others. */
export interface Ranked {
  readonly near: readonly Candidate[];
  readonly verdicts: ReadonlyMap<string, string>;
  /** What one of them has of it, for the reason; undefined where time decides. */
  wordsOf(candidate: Candidate): string | undefined;
}

/**
 * Leaves those that are best by size, memory or energy; time decides among them. For latency all are left. For throughput
 * only the timings are left of the thread count at which the original runs most inferences a second.
 */
export function rankBy(objective: Objective, candidates: readonly Candidate[]): Ranked {
  if (objective === "throughput") return atBusiest(candidates);
  const measure = measures[objective];
  const known = candidates.flatMap((candidate) => {
    const value = measure?.valueOf(candidate);
    return value === undefined ? [] : [{ candidate, value }];
  });
  if (measure === undefined || known.length === 0) return byTime(candidates);
  const { best, margin, format } = measure;
  const [first] = [...known].sort((a, b) => a.value - b.value);
  const least = first as (typeof known)[number];
  const leastText = format(least.value, least.candidate);
  const isNear = (value: number): boolean => value <= least.value * (1 + margin);
  const verdicts = new Map<string, string>();
  for (const candidate of candidates) {
    const value = known.find((entry) => entry.candidate === candidate)?.value;
    if (value !== undefined && isNear(value)) continue;
    const mine = value === undefined ? "not measured" : format(value, candidate);
    verdicts.set(candidate.name, `not taken: not ${best} (${mine}, and the best has ${leastText})`);
  }
  const near = known.filter(({ value }) => isNear(value)).map(({ candidate }) => candidate);
  const wordsOf = (candidate: Candidate): string => {
    const value = measure.valueOf(candidate) ?? least.value;
    if (value === least.value) return `${best}, ${leastText}`;
    return `${format(value, candidate)}, within ${margin * 100} % of ${best} (${leastText})`;
  };
  return { near, verdicts, wordsOf };
}

function byTime(candidates: readonly Candidate[]): Ranked {
  return { near: candidates, verdicts: new Map(), wordsOf: () => undefined };
}

function atBusiest(candidates: readonly Candidate[]): Ranked {
  const original = candidates.find(({ isOriginal }) => isOriginal) ?? candidates[0];
  const [busiest] = [...(original?.timings ?? [])].sort((a, b) => throughputOf(b) - throughputOf(a));
  if (busiest === undefined) return byTime(candidates);
  const { threads } = busiest;
  const near = candidates.map((candidate) => ({
    ...candidate,
    timings: candidate.timings.filter((timing) => timing.threads === threads),
  }));
  const words = `most inferences a second are run at ${counted(threads, "thread")}`;
  return { near, verdicts: new Map(), wordsOf: () => words };
}
