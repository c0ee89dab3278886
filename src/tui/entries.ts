import type { Entry, PhaseState, TextEntry, TuiState } from "./state.ts";

/** A phase begins, at a time in milliseconds; the one before is over. */
export function startPhase(state: TuiState, name: string, at: number): TuiState {
  const ended = endPhases(state, at);
  const phase: PhaseState = { name, startedAt: at, endedAt: undefined, entries: [] };
  return { ...ended, phases: [...ended.phases, phase], active: 0 };
}

/** No phase is under way any more, and nothing in it has time left. */
export function endPhases(state: TuiState, at: number): TuiState {
  const phases = state.phases.map((phase) =>
    phase.endedAt === undefined ? { ...phase, endedAt: at, entries: phase.entries.map(withoutEta) } : phase,
  );
  return { ...state, phases };
}

function withoutEta(entry: Entry): Entry {
  return entry.kind === "progress" && entry.etaMs !== undefined ? { ...entry, etaMs: undefined } : entry;
}

/** Replaces the entry of the last phase that is meant, or appends it; it is the active one then. */
export function upsert<Known extends Entry>(
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

/** Appends an entry to the last phase. */
export function append(state: TuiState, at: number, entry: Entry): TuiState {
  return upsert(
    state,
    at,
    () => false,
    () => entry,
  );
}

/** Appends a line of words to the last phase. */
export function tell(state: TuiState, at: number, tone: TextEntry["tone"], text: string): TuiState {
  return append(state, at, { kind: "text", tone, text });
}
