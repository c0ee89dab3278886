import type { CompileEvent } from "../events.ts";
import { upsert } from "./entries.ts";
import type { Entry, PassEntry, TuiState } from "./state.ts";

type EventOf<Type extends CompileEvent["type"]> = Extract<CompileEvent, { readonly type: Type }>;

/** A pass changed something: all its rounds are one line. */
export function reducePass(state: TuiState, event: EventOf<"pass">, at: number): TuiState {
  return upsert(state, at, isPass(event.stage, event.pass), (known) => ({
    ...(known ?? emptyPass(event.stage, event.pass)),
    changes: (known?.changes ?? 0) + event.changes,
    nodesBefore: known?.nodesBefore ?? event.nodesBefore,
    nodesAfter: event.nodesAfter,
  }));
}

/** A pass let something be, with a reason. */
export function reduceRefusal(state: TuiState, { pass: name }: EventOf<"refusal">, at: number): TuiState {
  return upsert(state, at, isPass(undefined, name), (known) => {
    const pass = known ?? emptyPass("", name);
    return { ...pass, refusals: pass.refusals + 1 };
  });
}

/** A pass by its stage and name, or the first of that name. */
function isPass(stage: string | undefined, pass: string): (entry: Entry) => entry is PassEntry {
  return (entry): entry is PassEntry =>
    entry.kind === "pass" &&
    entry.pass === pass &&
    (stage === undefined || entry.stage === "" || entry.stage === stage);
}

function emptyPass(stage: string, pass: string): PassEntry {
  return { kind: "pass", stage, pass, changes: 0, nodesBefore: undefined, nodesAfter: undefined, refusals: 0 };
}
