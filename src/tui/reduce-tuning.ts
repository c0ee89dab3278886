import type { CompileEvent, TuningSummary } from "../events.ts";
import type { TuningEntry } from "./state.ts";
import { traceLength } from "./state.ts";

type EventOf<Type extends CompileEvent["type"]> = Extract<CompileEvent, { readonly type: Type }>;

/** A search that begins, or goes on at another number of candidates. */
export function startTuning(known: TuningEntry | undefined, event: EventOf<"tuning-started">): TuningEntry {
  return {
    ...(known ?? emptyTuning(event)),
    ...{ state: "searching", candidates: event.candidates, seed: event.seed ?? known?.seed },
  };
}

/** A candidate that was tried; what fails has no time. */
export function addTrial(
  known: TuningEntry | undefined,
  { candidate, status, ns, ...event }: EventOf<"trial">,
): TuningEntry {
  const entry = known ?? emptyTuning(event);
  const seen = entry.seen.includes(candidate) ? entry.seen : [...entry.seen, candidate];
  const tried = seen.length;
  if (status !== "ok" || ns === undefined) return { ...entry, seen, tried, failed: entry.failed + 1 };
  const isBest = entry.bestNs === undefined || ns < entry.bestNs;
  const bestNs = isBest ? ns : (entry.bestNs as number);
  return {
    ...entry,
    ...{ seen, tried, bestNs, candidate: isBest ? candidate : entry.candidate },
    seedNs: candidate === entry.seed ? Math.min(ns, entry.seedNs ?? Infinity) : entry.seedNs,
    trace: lengthen(entry.trace, Math.min(ns, entry.trace.at(-1) ?? Infinity)),
  };
}

/** The best that a turn found. */
export function improveTuning(known: TuningEntry | undefined, event: EventOf<"tuning-best">): TuningEntry {
  return { ...(known ?? emptyTuning(event)), candidate: event.candidate, bestNs: event.ns };
}

/** What was found in the end. */
export function finishTuning(known: TuningEntry | undefined, result: TuningSummary): TuningEntry {
  const entry = known ?? emptyTuning(result);
  return {
    ...entry,
    state: "done",
    source: result.source,
    candidate: result.candidate ?? entry.candidate,
    bestNs: result.ns ?? entry.bestNs,
    seedNs: result.seedNs ?? entry.seedNs,
  };
}

/** A search on more threads ends with that on fewer, which chooses for both. */
export function finishShared(known: TuningEntry, { shared }: TuningSummary): TuningEntry {
  return { ...known, state: "done", bestNs: shared?.threads === known.threads ? shared.ns : known.bestNs };
}

function emptyTuning({ workload, threads }: { readonly workload: string; readonly threads: number }): TuningEntry {
  return {
    ...{
      kind: "tuning",
      workload,
      threads,
      state: "searching",
      candidates: 0,
      seen: [],
      tried: 0,
      failed: 0,
      trace: [],
    },
    ...{ candidate: undefined, source: undefined, bestNs: undefined, seed: undefined, seedNs: undefined },
  };
}

/** One more point; where there are too many, every other one goes. */
function lengthen(trace: readonly number[], ns: number): readonly number[] {
  const kept = trace.length < traceLength ? trace : trace.filter((_, i) => i % 2 === 0);
  return [...kept, ns];
}
