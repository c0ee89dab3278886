import type { Entry, PhaseState, TuiState } from "./state.ts";

/** A line of the body. */
export type Row =
  | { readonly kind: "phase"; readonly phase: PhaseState }
  | { readonly kind: "tuning-head"; readonly phase: PhaseState }
  | { readonly kind: "entry"; readonly entry: Entry };

type Phases = Pick<TuiState, "phases">;

/** All lines of the body: each phase, with what was told of it below. A table of searches has a head. */
export function rowsOf({ phases }: Phases): readonly Row[] {
  return phases.flatMap((phase): readonly Row[] => {
    const rows: Row[] = [{ kind: "phase", phase }];
    phase.entries.forEach((entry, i) => {
      if (hasHead(phase, i)) rows.push({ kind: "tuning-head", phase });
      rows.push({ kind: "entry", entry });
    });
    return rows;
  });
}

/** How many lines {@link rowsOf} tells: asked after every event, so they are counted and not made. */
export function rowCount({ phases }: Phases): number {
  return phases.reduce((sum, phase) => sum + rowsBefore(phase, phase.entries.length), 0);
}

/** Place of the line that changed last. */
export function activeRow({ phases, active }: Pick<TuiState, "phases" | "active">): number {
  const last = phases.at(-1);
  if (last?.entries[active] === undefined) return rowCount({ phases }) - 1;
  return rowCount({ phases: phases.slice(0, -1) }) + rowsBefore(last, active) + (hasHead(last, active) ? 1 : 0);
}

/** Lines of a phase above its entry at a place, and above that one's head. */
function rowsBefore(phase: PhaseState, place: number): number {
  let rows = 1 + place;
  for (let i = 0; i < place; i++) if (hasHead(phase, i)) rows++;
  return rows;
}

function hasHead({ entries }: PhaseState, place: number): boolean {
  return entries[place]?.kind === "tuning" && entries[place - 1]?.kind !== "tuning";
}
