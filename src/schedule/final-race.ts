import { candidateText } from "./candidate.ts";
import { chooseCandidate, compareTried } from "./choose-candidate.ts";
import { noiseOf, scoreOf } from "./kernel-samples.ts";
import type { TrialBook, TriedKernel } from "./trial-book.ts";
import type { Emitted, TrialRunner } from "./trial-runner.ts";
import type { TunedKernel } from "./tuned-kernel.ts";
import { bestKernel } from "./tuned-kernel.ts";
import { finalists, finalWithin } from "./tuning-effort.ts";
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
  const { finalRounds: rounds, candidates } = context.effort;
  const outcomes = await runner.race(
    [...entrants, ...asEmitted(leader)],
    [{ rounds, within: Infinity, atMost: Infinity }],
  );
  const scores = outcomes.map(({ samples, rejection }) => (rejection === undefined ? scoreOf(samples) : Infinity));
  const [first, second] = [outcomes[0], outcomes.at(-1)];
  const noise = first === undefined || second === undefined ? 0 : noiseOf(first.samples, second.samples);
  const chosen = chooseCandidate(
    entrants.map((emitted, i) => ({ ...emitted, score: scores[i] as number })),
    seedTexts,
    noise,
  );
  if (chosen === undefined) return bestKernel(task, context, book.tried, "measured");
  const text = candidateText(chosen.candidate);
  const tried = book.tried.filter(({ isTwin }) => !isTwin).length;
  const verdict = seedTexts.includes(text) ? "no other wins by more than the noise" : "ahead of the seed";
  const reason = `best of ${tried} candidates, ${verdict} (noise ${(noise * 100).toFixed(1)} %)`;
  const { cache, now, tool } = context;
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
