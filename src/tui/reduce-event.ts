import type { CompileEvent } from "../events.ts";
import { counted, formatBytes } from "../report/index.ts";
import { append, endPhases, startPhase, tell, upsert } from "./entries.ts";
import { reducePass, reduceRefusal } from "./reduce-pass.ts";
import { reduceTuning, reduceTuningEnd } from "./reduce-tuning.ts";
import type { TuiState } from "./state.ts";

type EventOf<Type extends CompileEvent["type"]> = Extract<CompileEvent, { readonly type: Type }>;

/** The state after an event of one type, at a time in milliseconds. */
type EventReducer<Type extends CompileEvent["type"]> = (state: TuiState, event: EventOf<Type>, at: number) => TuiState;

/** How much of the noise that is shown is the latest. */
const latestShare = 0.3;

const reducers: { readonly [Type in CompileEvent["type"]]: EventReducer<Type> } = {
  phase: (state, { name }, at) => startPhase(state, name, at),
  loaded: (state, { file, bytes, nodes }) => ({ ...state, model: { file, bytes, nodes } }),
  target: (state, { id, device }) => ({ ...state, target: { id, device } }),
  pass: reducePass,
  refusal: reduceRefusal,
  check: (state, { stage, verdict, detail }, at) =>
    verdict === "mismatch"
      ? tell(state, at, "warning", `check ${stage}: ${verdict}; ${detail}`)
      : tell(state, at, "plain", `check ${stage}: ${verdict}`),
  rollback: (state, { pass, rule, reason }, at) =>
    tell(state, at, "warning", `rolled back ${rule === undefined ? pass : `${pass}/${rule}`}: ${reason}`),
  progress: reduceProgress,
  accuracy: reduceAccuracy,
  measured: (state, { form, ratio, low, high, latency }, at) =>
    append(state, at, { kind: "measured", form, minNs: latency.minNs, ratio, low, high }),
  "tuning-started": reduceTuning,
  trial: reduceTuning,
  "tuning-best": reduceTuning,
  "tuning-finished": (state, { result }, at) => reduceTuningEnd(state, result, at),
  // What was searched in earlier runs is told of by the ends of the searches.
  "tuning-replayed": (state) => state,
  tuned: reduceTuned,
  timing: (state, event) => ({ ...state, isTiming: event.state === "started" }),
  noise: (state, { share }) => ({ ...state, noise: smooth(state.noise, share) }),
  regions: reduceRegions,
  choice: (state, { form, reason }, at) => tell(state, at, "good", `chosen: ${form}; ${reason}`),
  written: (state, { file, bytes }, at) => tell(state, at, "good", `wrote ${file} (${formatBytes(bytes)})`),
  diagnostic: reduceDiagnostic,
  note: (state, { text }, at) => tell(state, at, "plain", text),
  finished: (state, { report }, at) => ({ ...endPhases(state, at), report }),
};

/** The state after an event of the core, at a time in milliseconds. Events before any phase are told of a phase of their own. */
export function reduceEvent(state: TuiState, event: CompileEvent, at: number): TuiState {
  // The table has the reducer of each type under its name.
  return (reducers[event.type] as EventReducer<CompileEvent["type"]>)(state, event, at);
}

function reduceProgress(state: TuiState, event: EventOf<"progress">, at: number): TuiState {
  const { phase: what, done, total, etaMs } = event;
  return upsert(
    state,
    at,
    (entry) => entry.kind === "progress" && entry.what === what,
    () => ({ kind: "progress", what, done, total, etaMs }),
  );
}

/** All metrics of a form are one line. */
function reduceAccuracy(state: TuiState, event: EventOf<"accuracy">, at: number): TuiState {
  const { form, metric, value, samples } = event;
  return upsert(
    state,
    at,
    (entry) => entry.kind === "accuracy" && entry.form === form,
    (known) => {
      const before = known?.kind === "accuracy" ? known.metrics.filter((other) => other.metric !== metric) : [];
      return { kind: "accuracy", form, samples, metrics: [...before, { metric, value }] };
    },
  );
}

function reduceTuned(state: TuiState, event: EventOf<"tuned">, at: number): TuiState {
  const failed = event.failed === 0 ? "" : `, ${event.failed} failed`;
  const replayed = event.replayed === 0 ? "" : ` (${event.replayed} replayed)`;
  const tried = `${counted(event.tried, "candidate")}${failed}, ${event.seconds.toFixed(1)} s`;
  return tell(state, at, "good", `tuned ${counted(event.workloads, "workload")}${replayed}: ${tried}`);
}

function reduceRegions(state: TuiState, { report }: EventOf<"regions">, at: number): TuiState {
  const { form, nodes, regions } = report;
  const covered = regions.reduce((sum, region) => sum + region.nodes, 0);
  return tell(state, at, "good", `${form}: ${covered} of ${nodes} nodes in ${counted(regions.length, "region")}`);
}

function reduceDiagnostic(state: TuiState, { diagnostic }: EventOf<"diagnostic">, at: number): TuiState {
  const { severity, code, message } = diagnostic;
  const told = tell(state, at, severity === "error" ? "bad" : "warning", `${code} ${message}`);
  return { ...told, warnings: told.warnings + 1 };
}

function smooth(known: number | undefined, share: number): number {
  return known === undefined ? share : known * (1 - latestShare) + share * latestShare;
}
