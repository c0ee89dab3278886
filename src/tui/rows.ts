import type { Entry, PhaseState, TuiState } from "./state.ts";

/** A line of the body. */
export type Row =
  | { readonly kind: "phase"; readonly phase: PhaseState }
  | { readonly kind: "tuning-head"; readonly phase: PhaseState }
  | { readonly kind: "entry"; readonly entry: Entry };

/** All lines of the body: each phase, with what was told of it below. A table of searches has a head. */
export function rowsOf({ phases }: Pick<TuiState, "phases">): readonly Row[] {
  return phases.flatMap((phase): readonly Row[] => {
    const rows: Row[] = [{ kind: "phase", phase }];
    phase.entries.forEach((entry, i) => {
      if (entry.kind === "tuning" && phase.entries[i - 1]?.kind !== "tuning") rows.push({ kind: "tuning-head", phase });
      rows.push({ kind: "entry", entry });
    });
    return rows;
  });
}

/** The line that changed last. */
export function activeRow(state: Pick<TuiState, "phases" | "active">): number {
  const rows = rowsOf(state);
  const entry = state.phases.at(-1)?.entries[state.active];
  const found = entry === undefined ? -1 : rows.findLastIndex((row) => row.kind === "entry" && row.entry === entry);
  return found === -1 ? rows.length - 1 : found;
}
