import { candidateText } from "./candidate.ts";
import { chooseCandidate, compareTried } from "./choose-candidate.ts";
import type { KernelSamples } from "./kernel-samples.ts";
import { joinSamples, noiseOf, scoreOf } from "./kernel-samples.ts";
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

/**
 * Tells the last few candidates and the seed apart in one longer race, in which the leader runs under two names: what
 * lies between the two is noise. Chooses, and records the choice.
 */
export async function finalRace(
  task: TuningTask,
  context: TuningContext,
  seedTexts: readonly string[],
  { book, runner }: { readonly book: TrialBook; readonly runner: TrialRunner },
): Promise<TunedKernel> {
  const timed = timedKernels(book);
  const [leader] = timed;
  if (leader === undefined) return bestKernel(task, context, book.tried, "measured");
  const isSeed = ({ candidate }: TriedKernel): boolean => seedTexts.includes(candidateText(candidate));
  const close = timed.filter(({ score }) => score <= leader.score * finalWithin).slice(0, finalists);
  const entrants = [...new Set([...close, ...timed.filter(isSeed).slice(0, 1)])].flatMap(asEmitted);
  const { samples, noise } = await raceUntilClear([...entrants, ...asEmitted(leader)], context, runner);
  const chosen = chooseCandidate(
    entrants.map((emitted, i) => ({ ...emitted, score: scoreOf(samples[i] as KernelSamples) })),
    seedTexts,
    noise,
  );
  if (chosen === undefined) return bestKernel(task, context, book.tried, "measured");
  const text = candidateText(chosen.candidate);
  const tried = book.tried.filter(({ isTwin }) => !isTwin).length;
  const rivals = timed.some(isSeed) ? "ahead of the seed" : "the seed not among them";
  const verdict = seedTexts.includes(text) ? "the seed: none wins by more than the noise" : rivals;
  const reason = `best of ${tried} candidates, ${verdict} (noise ${(noise * 100).toFixed(1)} %)`;
  const { cache, now, tool } = context;
  const { candidates } = context.effort;
  cache.append([
    {
      ...{ v: 1, kind: "choice", key: taskChoiceKey(task, context), model: "", scope: "kernel", at: now(), tool },
      ...{ chosen: text, reason, candidates, noise },
    },
  ]);
  const nsOf = (wanted: string | undefined): number | undefined =>
    book.tried.find(({ candidate }) => candidateText(candidate) === wanted)?.ns;
  const { candidate, kernel, code } = chosen;
  const found = { candidate, kernel, code };
  return { task, found, ns: nsOf(text), seedNs: nsOf(seedTexts[0]), source: "measured", reason };
}

/**
 * Races the kernels, of which the last is the first under another name, and goes on up to {@link finalRepeats} times while
 * the noise is more than a gain that counts. Rejected kernels have no samples.
 */
async function raceUntilClear(
  kernels: readonly Emitted[],
  { effort }: TuningContext,
  runner: TrialRunner,
): Promise<{ readonly samples: readonly KernelSamples[]; readonly noise: number }> {
  const stage = { rounds: effort.finalRounds, within: Infinity, atMost: Infinity };
  const nothing: KernelSamples = { ns: [], referenceNs: [] };
  let samples: readonly KernelSamples[] = kernels.map(() => nothing);
  let noise = Infinity;
  for (let repeat = 0; repeat < finalRepeats && noise > worthwhileGain; repeat++) {
    const outcomes = await runner.race(kernels, [stage]);
    samples = outcomes.map((outcome, i) =>
      outcome.rejection === undefined ? joinSamples(samples[i] as KernelSamples, outcome.samples) : nothing,
    );
    noise = noiseOf(samples[0] as KernelSamples, samples.at(-1) as KernelSamples);
  }
  return { samples, noise };
}
