import type { CompileEvent, TuningSummary } from "../events.ts";
import { counted, formatBytes } from "../report/index.ts";
import { addTrial, finishShared, finishTuning, improveTuning, startTuning } from "./reduce-tuning.ts";
import type { Entry, PassEntry, PhaseState, TuiState } from "./state.ts";

/** How much of the noise that is shown is the latest. */
const latestShare = 0.3;

/** The state after an event of the core, at a time in milliseconds. Events before any phase are told of a phase of their own. */
export function reduceEvent(state: TuiState, event: CompileEvent, at: number): TuiState {
  switch (event.type) {
    case "phase":
      return startPhase(state, event.name, at);
    case "loaded":
      return { ...state, model: { file: event.file, bytes: event.bytes, nodes: event.nodes } };
    case "target":
      return { ...state, target: { id: event.id, device: event.device } };
    case "pass":
      return upsert(state, at, isPass(event.stage, event.pass), (known) => ({
        ...(known ?? emptyPass(event.stage, event.pass)),
        changes: (known?.changes ?? 0) + event.changes,
        nodesBefore: known?.nodesBefore ?? event.nodesBefore,
        nodesAfter: event.nodesAfter,
      }));
    case "refusal":
      return upsert(state, at, isPass(undefined, event.pass), (known) => {
        const pass = known ?? emptyPass("", event.pass);
        return { ...pass, refusals: pass.refusals + 1 };
      });
    case "check":
      return event.verdict === "mismatch"
        ? tell(state, at, "warning", `check ${event.stage}: ${event.verdict}; ${event.detail}`)
        : tell(state, at, "plain", `check ${event.stage}: ${event.verdict}`);
    case "rollback": {
      const what = event.rule === undefined ? event.pass : `${event.pass}/${event.rule}`;
      return tell(state, at, "warning", `rolled back ${what}: ${event.reason}`);
    }
    case "progress":
      return upsert(
        state,
        at,
        (entry) => entry.kind === "progress" && entry.what === event.phase,
        () => ({
          ...{ kind: "progress", what: event.phase, done: event.done, total: event.total },
          etaMs: event.etaMs,
        }),
      );
    case "accuracy": {
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
    case "measured": {
      const { form, ratio, low, high } = event;
      const { minNs } = event.latency;
      return append(state, at, { kind: "measured", form, minNs, ratio, low, high });
    }
    case "tuning-started":
      return upsert(state, at, isTuning(event), (known) => startTuning(known, event));
    case "trial":
      return upsert(state, at, isTuning(event), (known) => addTrial(known, event));
    case "tuning-best":
      return upsert(state, at, isTuning(event), (known) => improveTuning(known, event));
    case "tuning-finished":
      return finishWorkload(state, at, event.result);
    case "tuned": {
      const failed = event.failed === 0 ? "" : `, ${event.failed} failed`;
      const replayed = event.replayed === 0 ? "" : ` (${event.replayed} replayed)`;
      return tell(
        state,
        at,
        "good",
        `tuned ${counted(event.workloads, "workload")}${replayed}: ${counted(event.tried, "candidate")}${failed}, ${event.seconds.toFixed(1)} s`,
      );
    }
    case "tuning-replayed":
      return state;
    case "timing":
      return { ...state, isTiming: event.state === "started" };
    case "noise":
      return { ...state, noise: smooth(state.noise, event.share) };
    case "regions": {
      const { form, nodes, regions } = event.report;
      const covered = regions.reduce((sum, region) => sum + region.nodes, 0);
      const count = `${regions.length} region${regions.length === 1 ? "" : "s"}`;
      return tell(state, at, "good", `${form}: ${covered} of ${nodes} nodes in ${count}`);
    }
    case "choice":
      return tell(state, at, "good", `chosen: ${event.form}; ${event.reason}`);
    case "written":
      return tell(state, at, "good", `wrote ${event.file} (${formatBytes(event.bytes)})`);
    case "diagnostic": {
      const { severity, code, message } = event.diagnostic;
      const told = tell(state, at, severity === "error" ? "bad" : "warning", `${code} ${message}`);
      return { ...told, warnings: told.warnings + 1 };
    }
    case "note":
      return tell(state, at, "plain", event.text);
    case "finished":
      return { ...endPhase(state, at), report: event.report };
  }
}

/** The search for a workload's kernel is over, on all numbers of threads. */
function finishWorkload(state: TuiState, at: number, result: TuningSummary): TuiState {
  const finished = upsert(state, at, isTuning(result), (known) => finishTuning(known, result));
  const phase = finished.phases.at(-1) as PhaseState;
  const entries = phase.entries.map((entry) =>
    entry.kind === "tuning" && entry.workload === result.workload && entry.threads !== result.threads
      ? finishShared(entry, result)
      : entry,
  );
  return { ...finished, phases: [...finished.phases.slice(0, -1), { ...phase, entries }] };
}

function smooth(known: number | undefined, share: number): number {
  return known === undefined ? share : known * (1 - latestShare) + share * latestShare;
}

function endPhase(state: TuiState, at: number): TuiState {
  const phases = state.phases.map((phase) => (phase.endedAt === undefined ? { ...phase, endedAt: at } : phase));
  return { ...state, phases };
}

function startPhase(state: TuiState, name: string, at: number): TuiState {
  const ended = endPhase(state, at);
  const phase: PhaseState = { name, startedAt: at, endedAt: undefined, entries: [] };
  return { ...ended, phases: [...ended.phases, phase], active: 0 };
}

function tell(state: TuiState, at: number, tone: "plain" | "good" | "warning" | "bad", text: string): TuiState {
  return append(state, at, { kind: "text", tone, text });
}

function append(state: TuiState, at: number, entry: Entry): TuiState {
  return upsert(
    state,
    at,
    () => false,
    () => entry,
  );
}

/** Replaces the entry of the last phase that is meant, or appends it; it is the active one then. */
function upsert<Known extends Entry>(
  state: TuiState,
  at: number,
  isMeant: ((entry: Entry) => entry is Known) | ((entry: Entry) => boolean),
  make: (known: Known | undefined) => Entry,
): TuiState {
  const open = state.phases.length === 0 ? startPhase(state, "prepare", at) : state;
  const phase = open.phases.at(-1) as PhaseState;
  const found = phase.entries.findIndex((entry) => isMeant(entry));
  const active = found === -1 ? phase.entries.length : found;
  const entry = make(phase.entries[found] as Known | undefined);
  const entries = found === -1 ? [...phase.entries, entry] : phase.entries.with(found, entry);
  return { ...open, phases: [...open.phases.slice(0, -1), { ...phase, entries }], active };
}

/** A pass by its stage and name, or the first of that name. */
function isPass(stage: string | undefined, pass: string): (entry: Entry) => entry is PassEntry {
  return (entry): entry is PassEntry =>
    entry.kind === "pass" &&
    entry.pass === pass &&
    (stage === undefined || entry.stage === "" || entry.stage === stage);
}

function isTuning(event: {
  readonly workload: string;
  readonly threads: number;
}): (entry: Entry) => entry is Extract<Entry, { kind: "tuning" }> {
  return (entry): entry is Extract<Entry, { kind: "tuning" }> =>
    entry.kind === "tuning" && entry.workload === event.workload && entry.threads === event.threads;
}

function emptyPass(stage: string, pass: string): PassEntry {
  return { kind: "pass", stage, pass, changes: 0, nodesBefore: undefined, nodesAfter: undefined, refusals: 0 };
}
