import { counted } from "../../report/index.ts";
import type { Candidate } from "./candidate.ts";
import type { ThreadGain } from "./candidate-speed.ts";
import { isFaster, LEAST_MARGIN, lossAgainst, score, slowTiming, winsAgainst } from "./candidate-speed.ts";
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

/** A form that looks this much faster than the chosen one is worth timing again where noise hides whether it is. */
const DOUBTFUL_GAIN = 1.1;

/** A variant must win by this much: there are several of them, and the luckiest of several looks better than it is. */
const VARIANT_MARGIN = 0.05;

/** By what a choice is made. */
export interface Demands {
  readonly constraints: readonly Constraint[];
  readonly objective: Objective;
}

/**
 * Chooses the best candidate by the objective that nothing speaks against and that meets the constraints: by time, none
 * that is slower than the original at any thread count, and none made for speed alone that is slower at any than what would
 * be taken without it. Among those that size, memory or energy does not tell apart the fastest; within noise the simplest:
 * lossless before lossy, then fewer nodes, then the original. Where no candidate meets every constraint the best of all is
 * taken, and what each misses is told.
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
  const pool = withoutLosers(ranked.near, verdicts);
  const { winner, near } = fastest(pool);
  for (const candidate of pool) {
    if (candidate === winner || verdicts.has(candidate.name)) continue;
    const verdict = near.includes(candidate)
      ? `within noise of ${winner.name}, which is simpler`
      : `${winner.name} is faster (${score(winner).toFixed(2)}x against ${score(candidate).toFixed(2)}x of the original)`;
    verdicts.set(candidate.name, `not taken: ${verdict}`);
  }
  const unmet = fitting.length > 0 ? undefined : unmetText(open, constraints);
  const words = ranked.wordsOf(winner);
  const reason = [
    ...(words === undefined ? [] : [words]),
    explain(winner, near, candidates, verdicts),
    ...fasterElsewhere(winner, pool),
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
  return slowerThan("the original", slow);
}

function slowerThan(what: string, { threads, ratio, high }: ThreadGain): string {
  return `slower than ${what} at ${counted(threads, "thread")} (${ratio.toFixed(3)}x, at most ${high.toFixed(3)}x)`;
}

/** Leaves out forms made for speed alone that are slower at some thread count than what would be taken without them. */
function withoutLosers(pool: readonly Candidate[], verdicts: Map<string, string>): readonly Candidate[] {
  const others = pool.filter(({ mustNotLose }) => !mustNotLose);
  if (others.length === 0) return pool;
  const { winner } = fastest(others);
  return pool.filter((candidate) => {
    const loss = candidate.mustNotLose ? lossAgainst(candidate, winner) : undefined;
    if (loss !== undefined) verdicts.set(candidate.name, `not taken: ${slowerThan(winner.name, loss)}`);
    return loss === undefined;
  });
}

/** Where other forms are faster, though not over all thread counts together. */
function fasterElsewhere(winner: Candidate, pool: readonly Candidate[]): readonly string[] {
  if (winner.timings.length < 2) return [];
  return pool.flatMap((candidate) =>
    winsAgainst(candidate, winner).map(
      ({ threads, ratio }) => `${candidate.name} is ${ratio.toFixed(3)}x as fast at ${counted(threads, "thread")}`,
    ),
  );
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
