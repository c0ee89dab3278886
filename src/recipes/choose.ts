import type { Ratio } from "../measure/index.ts";
import { medianRatio } from "../measure/index.ts";
import type { Candidate, CandidateTiming } from "./candidate.ts";
import type { Constraint } from "./constraints.ts";
import { unmetText, violation } from "./judge-constraints.ts";
import type { Objective } from "./objective.ts";
import { mayBeSlower, rankBy } from "./objective.ts";

/** What was chosen, why, what was said of every form, and which constraint no form meets. */
export interface Choice {
  readonly name: string;
  readonly reason: string;
  readonly verdicts: ReadonlyMap<string, string>;
  readonly unmet: string | undefined;
  /** A form that looked much faster than the chosen one, by so many times, and was not beyond noise. */
  readonly doubt?: { readonly form: string; readonly ratio: number };
}

/** A form this much slower than the original at any thread count is not taken (never-slower promise, with the noise of a good race). */
const SLOWEST_RATIO = 0.98;

/** Wins smaller than this are noise whatever the interval says. */
const LEAST_MARGIN = 0.02;

/** A form that looks this much faster than the chosen one is worth timing again where noise hides whether it is. */
const DOUBTFUL_GAIN = 1.1;

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

/** By what a choice is made. */
export interface Demands {
  readonly constraints: readonly Constraint[];
  readonly objective: Objective;
}

/**
 * Chooses the best candidate by the objective that nothing speaks against and that meets the constraints: by time, none
 * that is slower than the original at any thread count. Among those that size, memory or energy does not tell apart the
 * fastest; within noise the simplest: lossless before lossy, then fewer nodes, then the original. Where no candidate meets
 * every constraint the best of all is taken, and what each misses is told.
 */
export function choose(candidates: readonly Candidate[], { constraints, objective }: Demands): Choice {
  const verdicts = new Map<string, string>();
  const open = candidates.filter((candidate) => {
    const objection = candidate.objection ?? (mayBeSlower(objective) ? undefined : slowness(candidate));
    if (objection !== undefined) verdicts.set(candidate.name, `not taken: ${objection}`);
    return objection === undefined;
  });
  const fitting = open.filter((candidate) => {
    const broken = violation(candidate, constraints);
    if (broken !== undefined) verdicts.set(candidate.name, `not taken: ${broken}`);
    return broken === undefined;
  });
  const ranked = rankBy(objective, fitting.length > 0 ? fitting : open);
  for (const [name, verdict] of ranked.verdicts) if (!verdicts.has(name)) verdicts.set(name, verdict);
  const { winner, near } = fastest(ranked.near);
  for (const candidate of ranked.near) {
    if (candidate === winner || verdicts.has(candidate.name)) continue;
    const verdict = near.includes(candidate)
      ? `within noise of ${winner.name}, which is simpler`
      : `${winner.name} is faster (${score(winner).toFixed(2)}x against ${score(candidate).toFixed(2)}x of the original)`;
    verdicts.set(candidate.name, `not taken: ${verdict}`);
  }
  const unmet = fitting.length > 0 ? undefined : unmetText(open, constraints);
  const reason = [
    ...(ranked.words === undefined ? [] : [ranked.words]),
    explain(winner, near, candidates, verdicts),
  ].join("; ");
  verdicts.set(winner.name, `written: ${reason}`);
  const [hidden] = [...near].sort((a, b) => score(b) - score(a));
  const ratio = hidden === undefined ? 1 : score(hidden) / score(winner);
  const doubt = hidden !== undefined && ratio > DOUBTFUL_GAIN ? { doubt: { form: hidden.name, ratio } } : {};
  return { name: winner.name, reason, verdicts, unmet, ...doubt };
}

/** What a form is told that is slower than the original; the original itself never is. */
function slowness(candidate: Candidate): string | undefined {
  const slow = slowTiming(candidate);
  if (slow === undefined || candidate.isOriginal) return undefined;
  return `slower than the original at ${slow.threads} thread${slow.threads === 1 ? "" : "s"} (${slow.ratio.toFixed(3)}x, at most ${slow.high.toFixed(3)}x)`;
}

/** The fastest of a pool beyond noise, and those that count as equal; among them the simplest wins. */
function fastest(pool: readonly Candidate[]): { readonly winner: Candidate; readonly near: readonly Candidate[] } {
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
  return { winner, near };
}

function explain(
  winner: Candidate,
  near: readonly Candidate[],
  candidates: readonly Candidate[],
  verdicts: ReadonlyMap<string, string>,
): string {
  if (winner.timings.length === 0) return "not timed";
  const speeds = winner.timings.map(
    ({ threads, ratio, low, high }) =>
      `${ratio.toFixed(3)}x at ${threads} thread${threads === 1 ? "" : "s"} (${low.toFixed(3)} to ${high.toFixed(3)})`,
  );
  const equals = near.filter((candidate) => candidate !== winner && !candidate.isOriginal).map(({ name }) => name);
  const tie = equals.length === 0 ? "" : `; within noise as fast, but less simple: ${equals.join(", ")}`;
  if (!winner.isOriginal) return `${speeds.join(", ")} of the original${tie}`;
  const others = candidates
    .filter(({ name }) => name !== winner.name)
    .map(({ name }) => `${name} ${(verdicts.get(name) ?? "").replace(/^not taken: /, "")}`);
  return others.length === 0 ? "nothing to improve was found" : `nothing better was found: ${others.join("; ")}`;
}
