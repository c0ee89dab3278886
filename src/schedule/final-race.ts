import type { EarlyEnd } from "../events.ts";
import type { Candidate } from "./candidate.ts";
import { candidateText } from "./candidate.ts";
import { chooseCandidate, chooseForBoth, compareTried, withoutLosers } from "./choose-candidate.ts";
import type { KernelSamples } from "./kernel-samples.ts";
import { joinSamples, noiseOf, scoreOf, sharedScoreOf } from "./kernel-samples.ts";
import { endlessTime } from "./search-time.ts";
import type { TrialBook, TriedKernel } from "./trial-book.ts";
import type { Emitted, TrialRunner } from "./trial-runner.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { bestKernel, cutShort } from "./tuned-kernel.ts";
import { finalists, finalRepeats, finalWithin, worthwhileGain } from "./tuning-effort.ts";
import type { TuningContext, TuningTask } from "./tuning-task.ts";
import { taskChoiceKey } from "./tuning-task.ts";

/** A candidate that was timed, as the runner takes it. */
export function asEmitted({ candidate, kernel, code }: TriedKernel): readonly Emitted[] {
  return kernel === undefined ? [] : [{ kind: "emitted", candidate, kernel, code }];
}

/** Candidates that were timed, best first. */
export function timedKernels(book: TrialBook): readonly TriedKernel[] {
  return book.tried.filter(({ score, isTwin }) => Number.isFinite(score) && !isTwin).sort(compareTried);
}

/** What was tried at one number of threads, and what tries more. */
interface Trials {
  readonly book: TrialBook;
  readonly runner: TrialRunner;
}

/** Trials on the task's threads, and on its `sharedThreads` where there are more. */
export interface TrialsOfBoth {
  readonly alone: Trials;
  readonly shared?: Trials;
}

/**
 * Tells the last few candidates and the seed apart in one longer race, in which the leader runs under two names: what
 * lies between the two is noise. The last few on more threads take part, and race there too. Chooses, and records the
 * choice; but where something ended the search (`endedBy`, asked after the race) nothing is recorded, so that a later run
 * goes on. A search that is short of time has a shorter race, on one number of threads.
 */
export async function finalRace(
  task: TuningTask,
  boundNs: number,
  context: TuningContext,
  seeds: readonly Candidate[],
  trials: TrialsOfBoth,
  endedBy: () => EarlyEnd | undefined,
): Promise<TunedKernel> {
  const { book } = trials.alone;
  const seedTexts = seeds.map(candidateText);
  const finalists = await finalistsOf(trials, seedTexts, context);
  const isDecided = finalists.entrants.length < (endedBy() === undefined ? 1 : 2);
  const verdict = isDecided ? undefined : await judge(finalists, seedTexts, task, context, trials.alone);
  const end = endedBy();
  if (verdict === undefined) return cutShort({ ...bestKernel(task, context, book.tried, "measured"), boundNs }, end);
  const { chosen, noise } = verdict;
  const text = candidateText(chosen.candidate);
  const tried = book.tried.filter(({ isTwin }) => !isTwin).length;
  const reason = `best of ${tried} candidates, ${verdict.reason} (noise ${(noise * 100).toFixed(1)} %)`;
  const nsOf = (wanted: string | undefined, { tried: all }: TrialBook): number | undefined =>
    all.find(({ candidate }) => candidateText(candidate) === wanted)?.ns;
  const { candidate, kernel, code } = chosen;
  const tuned: TunedKernel = {
    ...{ task, found: { candidate, kernel, code }, boundNs, noise, source: "measured", reason },
    ns: nsOf(text, book),
    seedNs: nsOf(seedTexts[0], book),
    sharedNs: trials.shared === undefined ? undefined : nsOf(text, trials.shared.book),
  };
  if (end === undefined) recordChoice(text, tuned, context);
  return cutShort(tuned, end);
}

function recordChoice(chosen: string, tuned: TunedKernel, context: TuningContext): void {
  const { task, reason, noise, boundNs, ns, seedNs, sharedNs } = tuned;
  const { cache, now, tool, effort } = context;
  cache.append([
    {
      ...{ v: 1, kind: "choice", key: taskChoiceKey(task, context), model: "", scope: "kernel", at: now(), tool },
      ...{ chosen, reason, candidates: effort.candidates, boundNs },
      ...(noise === undefined ? {} : { noise }),
      ...(ns === undefined ? {} : { ns }),
      ...(seedNs === undefined ? {} : { seedNs }),
      ...(sharedNs === undefined ? {} : { sharedNs }),
    },
  ]);
}

/** Who races at the end: on one thread and, where all of them are known to be right there, on more. */
interface Finalists {
  readonly entrants: readonly Emitted[];
  readonly shared: Trials | undefined;
}

/** Those close to the best, the best first, a seed, and, as far as there is time, those close to the best on more threads. */
async function finalistsOf(
  { alone, shared }: TrialsOfBoth,
  seedTexts: readonly string[],
  { time = endlessTime }: TuningContext,
): Promise<Finalists> {
  const timed = timedKernels(alone.book);
  const best = closest(timed);
  const seed = timed.filter(({ candidate }) => seedTexts.includes(candidateText(candidate))).slice(0, 1);
  const entrants = [...new Set([...best, ...seed])].flatMap(asEmitted);
  if (shared === undefined || time.endedBy() !== undefined) return { entrants, shared: undefined };
  const known = timedKernels(shared.book);
  const others = closest(known).filter(({ code }) => ![...best, ...seed].some((other) => other.code === code));
  const unknown = entrants.filter(({ code }) => !known.some((other) => other.code === code));
  const right = await shared.runner.verify(unknown);
  const isNoted = ({ code }: Emitted): boolean => shared.book.tried.some((other) => other.code === code);
  const wrong = unknown.filter((one) => !right.includes(one) && isNoted(one));
  if (right.length + wrong.length < unknown.length) return { entrants, shared: undefined };
  return { entrants: [...entrants.filter((one) => !wrong.includes(one)), ...others.flatMap(asEmitted)], shared };
}

function closest(timed: readonly TriedKernel[]): readonly TriedKernel[] {
  const limit = (timed[0]?.score ?? 0) * finalWithin;
  return timed.filter(({ score }) => score <= limit).slice(0, finalists);
}

/** Where no kernel takes less than this share of its time on one thread, no call got its threads. */
const noThreads = 0.85;

interface Verdict {
  readonly chosen: Emitted;
  readonly reason: string;
  readonly noise: number;
}

async function judge(
  { entrants, shared }: Finalists,
  seedTexts: readonly string[],
  task: TuningTask,
  context: TuningContext,
  alone: Trials,
): Promise<Verdict | undefined> {
  const { time = endlessTime } = context;
  const race = await raceUntilClear(entrants, context, alone.runner, scoreOf);
  const scored = entrants.map((entrant, i) => ({ ...entrant, score: race.scores[i] as number }));
  const chosen = chooseCandidate(scored, seedTexts, race.noise);
  if (chosen === undefined) return undefined;
  const isSeed = ({ candidate }: Emitted): boolean => seedTexts.includes(candidateText(candidate));
  const rivals = scored.some(isSeed) ? "ahead of the seed" : "the seed not among them";
  const reason = isSeed(chosen) ? "the seed: none wins by more than the noise" : rivals;
  const onFew = { chosen, reason, noise: race.noise };
  if (shared === undefined || time.endedBy() !== undefined) return onFew;
  const sharedRace = await raceUntilClear(entrants, context, shared.runner, sharedScoreOf);
  const both = scored.map((entrant, i) => ({ ...entrant, sharedScore: sharedRace.scores[i] as number }));
  const noises = { alone: race.noise, shared: sharedRace.noise };
  const allowed = task.holdsOnBoth === true ? withoutLosers(both, seedTexts, noises) : both;
  if (Math.min(...both.map(({ score, sharedScore }) => sharedScore / score)) > noThreads) {
    // The machine was busy: how kernels are shared out is left as the templates predict it.
    const asSeeded = allowed.filter((entrant) => isSharedAsSeed(entrant, seedTexts, alone.book));
    const alike = chooseCandidate(asSeeded, seedTexts, race.noise) ?? chosen;
    return { chosen: alike, reason: isSeed(alike) ? "the seed" : rivals, noise: race.noise };
  }
  const preferred = chooseCandidate(allowed, seedTexts, race.noise) ?? chosen;
  const noise = (race.noise + sharedRace.noise) / 2;
  const better = chooseForBoth(allowed, candidateText(preferred.candidate), noise) ?? preferred;
  if (better.code === chosen.code) return onFew;
  const isFaster = better.code !== preferred.code;
  return { chosen: better, reason: isFaster ? "the better one on more threads" : withoutLoss, noise };
}

/** Why one is chosen that another is faster than on one thread. */
const withoutLoss = "what is faster on fewer threads is slower than the seed on more";

/** Whether threads share a kernel out in as many units as the seed of its template. */
function isSharedAsSeed({ candidate, kernel }: Emitted, seedTexts: readonly string[], { tried }: TrialBook): boolean {
  const seed = tried.find(
    (other) => other.candidate.template === candidate.template && seedTexts.includes(candidateText(other.candidate)),
  );
  return seed?.kernel === undefined || seed.kernel.extent === kernel.extent;
}

/**
 * Races the kernels, the first of them under two names, and goes on up to {@link finalRepeats} times while the noise is
 * more than a gain that counts and time is left. The scores of rejected kernels are infinite.
 */
async function raceUntilClear(
  entrants: readonly Emitted[],
  { effort, time = endlessTime }: TuningContext,
  runner: TrialRunner,
  scoreBy: (samples: KernelSamples) => number,
): Promise<{ readonly scores: readonly number[]; readonly noise: number }> {
  const kernels = [...entrants, entrants[0] as Emitted];
  const nothing: KernelSamples = { ns: [], referenceNs: [] };
  let samples: readonly KernelSamples[] = kernels.map(() => nothing);
  let noise = Infinity;
  for (let repeat = 0; repeat < finalRepeats && noise > worthwhileGain; repeat++) {
    if (repeat > 0 && time.endedBy() !== undefined) break;
    const rounds = runner.roundsThatFit(kernels.length, effort.finalRounds);
    const outcomes = await runner.race(kernels, [{ rounds, within: Infinity, atMost: Infinity }], true);
    samples = outcomes.map((outcome, i) =>
      outcome.rejection === undefined ? joinSamples(samples[i] as KernelSamples, outcome.samples) : nothing,
    );
    const [one, other] = [samples[0] as KernelSamples, samples.at(-1) as KernelSamples];
    const apart = Math.abs(scoreBy(one) / scoreBy(other) - 1);
    noise = Math.max(noiseOf(one, other), Number.isNaN(apart) ? 0 : apart);
  }
  return { scores: entrants.map((_, i) => scoreBy(samples[i] as KernelSamples)), noise };
}
