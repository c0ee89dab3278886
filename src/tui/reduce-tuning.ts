import type { CompileEvent, TuningSummary } from "../events.ts";
import { upsert } from "./entries.ts";
import type { Entry, PhaseState, TuiState, TuningEntry } from "./state.ts";
import { traceLength } from "./state.ts";

type EventOf<Type extends CompileEvent["type"]> = Extract<CompileEvent, { readonly type: Type }>;

/** A search begins, tried a candidate, or found a better one: a workload and number of threads is one line. */
export function reduceTuning(
  state: TuiState,
  event: EventOf<"tuning-started" | "trial" | "tuning-best">,
  at: number,
): TuiState {
  return upsert(state, at, isTuning(event), (known) => {
    if (event.type === "tuning-started") return startTuning(known, event);
    return event.type === "trial" ? addTrial(known, event) : improveTuning(known, event);
  });
}

/** The search for a workload's kernel is over, on all numbers of threads. */
export function reduceTuningEnd(state: TuiState, result: TuningSummary, at: number): TuiState {
  const finished = upsert(state, at, isTuning(result), (known) => finishTuning(known, result));
  const phase = finished.phases.at(-1) as PhaseState;
  const entries = phase.entries.map((entry) =>
    entry.kind === "tuning" && entry.workload === result.workload && entry.threads !== result.threads
      ? finishShared(entry, result)
      : entry,
  );
  return { ...finished, phases: [...finished.phases.slice(0, -1), { ...phase, entries }] };
}

function isTuning({
  workload,
  threads,
}: Pick<TuningEntry, "workload" | "threads">): (entry: Entry) => entry is TuningEntry {
  return (entry): entry is TuningEntry =>
    entry.kind === "tuning" && entry.workload === workload && entry.threads === threads;
}

/** A search that begins, or goes on at another number of candidates. */
function startTuning(known: TuningEntry | undefined, event: EventOf<"tuning-started">): TuningEntry {
  return {
    ...(known ?? emptyTuning(event)),
    ...{ state: "searching", candidates: event.candidates, seed: event.seed ?? known?.seed },
  };
}

/** A candidate that was tried; what fails has no time. */
function addTrial(known: TuningEntry | undefined, { candidate, status, ns, ...event }: EventOf<"trial">): TuningEntry {
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
function improveTuning(known: TuningEntry | undefined, event: EventOf<"tuning-best">): TuningEntry {
  return { ...(known ?? emptyTuning(event)), candidate: event.candidate, bestNs: event.ns };
}

/** What was found in the end. */
function finishTuning(known: TuningEntry | undefined, result: TuningSummary): TuningEntry {
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
function finishShared(known: TuningEntry, { shared }: TuningSummary): TuningEntry {
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
