import type { Ratio } from "../measure/index.ts";
import { medianRatio } from "../measure/index.ts";
import type { RacePairs } from "./prove.ts";

/**
 * One thread count's timing of a candidate against the original: the median over rounds of the ratio within a round, and
 * its 95 % interval. Load that comes and goes bends both sides of a round, and so neither.
 */
export interface CandidateTiming extends Ratio {
  readonly threads: number;
  readonly medianNs: number;
  /** The rounds themselves; undefined in a replay, which compares nothing. */
  readonly pairs: RacePairs | undefined;
}

/** A form as the choice sees it. */
export interface Candidate {
  readonly name: string;
  readonly nodes: number;
  readonly bytes: number;
  /** Numbers may differ by more than rounding: it must pay to be taken. */
  readonly lossy: boolean;
  /** A variant that is taken only where it is faster beyond noise. */
  readonly mustPay: boolean;
  readonly isOriginal: boolean;
  readonly timings: readonly CandidateTiming[];
  /** Why it may not be taken (accuracy, a failed load); undefined when nothing speaks against it. */
  readonly objection: string | undefined;
}

/** What the chosen form has to meet. */
export interface Constraints {
  readonly maxBytes: number | undefined;
  readonly maxMedianNs: number | undefined;
  readonly mustBeFaster: boolean;
}

/** What was chosen, why, what was said of every form, and which constraint no form meets. */
export interface Choice {
  readonly name: string;
  readonly reason: string;
  readonly verdicts: ReadonlyMap<string, string>;
  readonly unmet: string | undefined;
}

/** A form this much slower than the original at any thread count is not taken (never-slower promise, with the noise of a good race). */
const SLOWEST_RATIO = 0.98;

/** Wins smaller than this are noise whatever the interval says. */
const LEAST_MARGIN = 0.02;

/** A variant must win by this much: there are several of them, and the luckiest of several looks better than it is. */
const VARIANT_MARGIN = 0.05;

/** Geometric mean over thread counts of the speed against the original; 1 when not timed. */
function score({ timings }: Candidate): number {
  return geometricMean(timings.map(({ ratio }) => ratio));
}

function geometricMean(values: readonly number[]): number {
  return values.length === 0 ? 1 : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The timing that shows a form to be slower than the original, its whole interval below 1. */
export function slowTiming({ timings }: Pick<Candidate, "timings">): CandidateTiming | undefined {
  return timings.find(({ ratio, high }) => ratio < SLOWEST_RATIO && high < 1);
}

/**
 * Whether `a` is faster than `b` by more than a margin and beyond noise: by their pairs where both ran in the same races,
 * else by what each was against the original, as if the two were independent.
 */
function isFaster(a: Candidate, b: Candidate, margin: number): boolean {
  const gains = a.timings.flatMap((timing): readonly Ratio[] => {
    const other = b.timings.find(({ threads }) => threads === timing.threads);
    return other === undefined ? [] : [gain(timing, other)];
  });
  const ratio = geometricMean(gains.map((each) => each.ratio));
  return ratio > 1 + margin && geometricMean(gains.map((each) => each.low)) > 1;
}

function gain(a: CandidateTiming, b: CandidateTiming): Ratio {
  if (a.pairs !== undefined && a.pairs.race === b.pairs?.race) {
    const { ratios } = b.pairs;
    return medianRatio(a.pairs.ratios.map((ratio, round) => ratio / (ratios[round] as number)));
  }
  const spread = Math.hypot(Math.log(a.ratio / a.low), Math.log(b.high / b.ratio));
  const ratio = a.ratio / b.ratio;
  return { ratio, low: ratio / Math.exp(spread), high: ratio * Math.exp(spread) };
}

/**
 * Chooses the fastest candidate that nothing speaks against, that is not slower than the original at any thread count
 * and that meets the constraints; within noise the simplest: lossless before lossy, then fewer nodes, then the original. Constraints that
 * no candidate meets are dropped and named.
 */
export function choose(candidates: readonly Candidate[], constraints: Constraints): Choice {
  const verdicts = new Map<string, string>();
  const open = candidates.filter((candidate) => {
    const slow = slowTiming(candidate);
    const objection =
      candidate.objection ??
      (slow === undefined || candidate.isOriginal
        ? undefined
        : `slower than the original at ${slow.threads} thread${slow.threads === 1 ? "" : "s"} (${slow.ratio.toFixed(3)}x, at most ${slow.high.toFixed(3)}x)`);
    if (objection !== undefined) verdicts.set(candidate.name, `not taken: ${objection}`);
    return objection === undefined;
  });
  const fitting = open.filter((candidate) => violation(candidate, constraints) === undefined);
  for (const candidate of open) {
    const broken = violation(candidate, constraints);
    if (broken !== undefined) verdicts.set(candidate.name, `not taken: ${broken}`);
  }
  const pool = fitting.length > 0 ? fitting : open;
  const best = pool.reduce((most, candidate) => Math.max(most, score(candidate)), 0);
  const leader = pool.find((candidate) => score(candidate) === best);
  const margin = leader?.mustPay === true ? VARIANT_MARGIN : LEAST_MARGIN;
  const near = pool.filter(
    (candidate) => leader === undefined || candidate === leader || !isFaster(leader, candidate, margin),
  );
  const [winner] = [...near].sort(
    (a, b) =>
      Number(a.lossy) - Number(b.lossy) ||
      Number(a.mustPay) - Number(b.mustPay) ||
      a.nodes - b.nodes ||
      Number(b.isOriginal) - Number(a.isOriginal) ||
      (a.name < b.name ? -1 : 1),
  );
  if (winner === undefined) throw new Error("no candidate is left: the original is always one");
  for (const candidate of pool) {
    if (candidate === winner) continue;
    const close = near.includes(candidate);
    verdicts.set(
      candidate.name,
      close
        ? `not taken: within noise of ${winner.name}, which is simpler`
        : `not taken: ${winner.name} is faster (${score(winner).toFixed(2)}x against ${score(candidate).toFixed(2)}x)`,
    );
  }
  const unmet = fitting.length > 0 ? undefined : violation(winner, constraints);
  const reason = explain(winner, candidates, verdicts);
  verdicts.set(winner.name, `written: ${reason}`);
  return { name: winner.name, reason, verdicts, unmet };
}

/** The constraint that a candidate does not meet, in words. */
export function violation(
  candidate: Candidate,
  { maxBytes, maxMedianNs, mustBeFaster }: Constraints,
): string | undefined {
  if (maxBytes !== undefined && candidate.bytes > maxBytes)
    return `${candidate.bytes} bytes, and at most ${maxBytes} are allowed`;
  if (maxMedianNs !== undefined && candidate.timings.length === 0) return "the latency was not measured";
  const slowest = Math.max(...candidate.timings.map(({ medianNs }) => medianNs), 0);
  if (maxMedianNs !== undefined && slowest > maxMedianNs)
    return `median ${(slowest / 1e6).toFixed(3)} ms, and at most ${(maxMedianNs / 1e6).toFixed(3)} ms are allowed`;
  if (mustBeFaster && (candidate.isOriginal || candidate.timings.some(({ low }) => low <= 1)))
    return "not faster than the original beyond noise";
  if (mustBeFaster && candidate.timings.length === 0) return "the speed was not measured";
  return undefined;
}

function explain(winner: Candidate, candidates: readonly Candidate[], verdicts: ReadonlyMap<string, string>): string {
  if (winner.timings.length === 0) return "not timed";
  const speeds = winner.timings.map(
    ({ threads, ratio, low, high }) =>
      `${ratio.toFixed(3)}x at ${threads} thread${threads === 1 ? "" : "s"} (${low.toFixed(3)} to ${high.toFixed(3)})`,
  );
  if (!winner.isOriginal) return `${speeds.join(", ")} of the original`;
  const others = candidates
    .filter((candidate) => candidate !== winner)
    .map((candidate) => `${candidate.name} ${(verdicts.get(candidate.name) ?? "").replace(/^not taken: /, "")}`);
  return others.length === 0 ? "nothing to improve was found" : `nothing better was found: ${others.join("; ")}`;
}
