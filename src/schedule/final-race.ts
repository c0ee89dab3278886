import type { Candidate } from "./candidate.ts";
import { candidateText } from "./candidate.ts";
import { chooseCandidate, chooseForBoth, compareTried } from "./choose-candidate.ts";
import type { KernelSamples } from "./kernel-samples.ts";
import { joinSamples, noiseOf, scoreOf, sharedScoreOf } from "./kernel-samples.ts";
import type { TrialBook, TriedKernel } from "./trial-book.ts";
import type { Emitted, TrialRunner } from "./trial-runner.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { bestKernel } from "./tuned-kernel.ts";
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
 * choice.
 */
export async function finalRace(
  task: TuningTask,
  boundNs: number,
  context: TuningContext,
  seeds: readonly Candidate[],
  trials: TrialsOfBoth,
): Promise<TunedKernel> {
  const { book } = trials.alone;
  const seedTexts = seeds.map(candidateText);
  const entrants = await entrantsOf(trials, seedTexts);
  const verdict = entrants.length === 0 ? undefined : await judge(entrants, seedTexts, context, trials);
  if (verdict === undefined) return { ...bestKernel(task, context, book.tried, "measured"), boundNs };
  const { chosen, noise } = verdict;
  const text = candidateText(chosen.candidate);
  const tried = book.tried.filter(({ isTwin }) => !isTwin).length;
  const reason = `best of ${tried} candidates, ${verdict.reason} (noise ${(noise * 100).toFixed(1)} %)`;
  const nsOf = (wanted: string | undefined, { tried: all }: TrialBook): number | undefined =>
    all.find(({ candidate }) => candidateText(candidate) === wanted)?.ns;
  const ns = nsOf(text, book);
  const seedNs = nsOf(seedTexts[0], book);
  const sharedNs = trials.shared === undefined ? undefined : nsOf(text, trials.shared.book);
  const { cache, now, tool } = context;
  const { candidates } = context.effort;
  cache.append([
    {
      ...{ v: 1, kind: "choice", key: taskChoiceKey(task, context), model: "", scope: "kernel", at: now(), tool },
      ...{ chosen: text, reason, candidates, noise, boundNs },
      ...(ns === undefined ? {} : { ns }),
      ...(seedNs === undefined ? {} : { seedNs }),
      ...(sharedNs === undefined ? {} : { sharedNs }),
    },
  ]);
  const { candidate, kernel, code } = chosen;
  const found = { candidate, kernel, code };
  return { task, found, ns, seedNs, sharedNs, boundNs, noise, source: "measured", reason };
}

/** Those close to the best, the best first, a seed, and those close to the best on more threads; right on all threads. */
async function entrantsOf({ alone, shared }: TrialsOfBoth, seedTexts: readonly string[]): Promise<readonly Emitted[]> {
  const timed = timedKernels(alone.book);
  const best = closest(timed);
  const seed = timed.filter(({ candidate }) => seedTexts.includes(candidateText(candidate))).slice(0, 1);
  if (shared === undefined) return [...new Set([...best, ...seed])].flatMap(asEmitted);
  const known = timedKernels(shared.book);
  const others = closest(known).filter(({ code }) => ![...best, ...seed].some((other) => other.code === code));
  const entrants = [...new Set([...best, ...seed])].flatMap(asEmitted);
  const isKnown = ({ code }: Emitted): boolean => known.some((other) => other.code === code);
  const right = new Set(await shared.runner.verify(entrants.filter((entrant) => !isKnown(entrant))));
  return [...entrants.filter((entrant) => isKnown(entrant) || right.has(entrant)), ...others.flatMap(asEmitted)];
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
  entrants: readonly Emitted[],
  seedTexts: readonly string[],
  context: TuningContext,
  { alone, shared }: TrialsOfBoth,
): Promise<Verdict | undefined> {
  const race = await raceUntilClear(entrants, context, alone.runner, scoreOf);
  const scored = entrants.map((entrant, i) => ({ ...entrant, score: race.scores[i] as number }));
  const chosen = chooseCandidate(scored, seedTexts, race.noise);
  if (chosen === undefined) return undefined;
  const isSeed = ({ candidate }: Emitted): boolean => seedTexts.includes(candidateText(candidate));
  const rivals = scored.some(isSeed) ? "ahead of the seed" : "the seed not among them";
  const reason = isSeed(chosen) ? "the seed: none wins by more than the noise" : rivals;
  if (shared === undefined) return { chosen, reason, noise: race.noise };
  const sharedRace = await raceUntilClear(entrants, context, shared.runner, sharedScoreOf);
  const noise = (race.noise + sharedRace.noise) / 2;
  const fastest = Math.min(...scored.map(({ score }, i) => (sharedRace.scores[i] as number) / score));
  if (fastest > noThreads) {
    // The machine was busy: how kernels are shared out is left as the templates predict it.
    const asSeeded = scored.filter((entrant) => isSharedAsSeed(entrant, seedTexts, alone.book));
    const alike = chooseCandidate(asSeeded, seedTexts, race.noise);
    return { chosen: alike ?? chosen, reason: isSeed(alike ?? chosen) ? "the seed" : rivals, noise: race.noise };
  }
  const both = scored.map((entrant, i) => ({ ...entrant, sharedScore: sharedRace.scores[i] as number }));
  const better = chooseForBoth(both, candidateText(chosen.candidate), noise);
  return better === undefined || better.code === chosen.code
    ? { chosen, reason, noise: race.noise }
    : { chosen: better, reason: "the better one on more threads", noise };
}

/** Whether threads share a kernel out in as many units as the seed of its template. */
function isSharedAsSeed({ candidate, kernel }: Emitted, seedTexts: readonly string[], { tried }: TrialBook): boolean {
  const seed = tried.find(
    (other) => other.candidate.template === candidate.template && seedTexts.includes(candidateText(other.candidate)),
  );
  return seed?.kernel === undefined || seed.kernel.extent === kernel.extent;
}

/**
 * Races the kernels, the first of them under two names, and goes on up to {@link finalRepeats} times while the noise is
 * more than a gain that counts. The scores of rejected kernels are infinite.
 */
async function raceUntilClear(
  entrants: readonly Emitted[],
  { effort }: TuningContext,
  runner: TrialRunner,
  scoreBy: (samples: KernelSamples) => number,
): Promise<{ readonly scores: readonly number[]; readonly noise: number }> {
  const kernels = [...entrants, entrants[0] as Emitted];
  const stage = { rounds: effort.finalRounds, within: Infinity, atMost: Infinity };
  const nothing: KernelSamples = { ns: [], referenceNs: [] };
  let samples: readonly KernelSamples[] = kernels.map(() => nothing);
  let noise = Infinity;
  for (let repeat = 0; repeat < finalRepeats && noise > worthwhileGain; repeat++) {
    const outcomes = await runner.race(kernels, [stage]);
    samples = outcomes.map((outcome, i) =>
      outcome.rejection === undefined ? joinSamples(samples[i] as KernelSamples, outcome.samples) : nothing,
    );
    const [one, other] = [samples[0] as KernelSamples, samples.at(-1) as KernelSamples];
    const apart = Math.abs(scoreBy(one) / scoreBy(other) - 1);
    noise = Math.max(noiseOf(one, other), Number.isNaN(apart) ? 0 : apart);
  }
  return { scores: entrants.map((_, i) => scoreBy(samples[i] as KernelSamples)), noise };
}
