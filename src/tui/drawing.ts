import { makePace } from "./pace.ts";
import type { TuiAction } from "./reduce.ts";
import { reduce } from "./reduce.ts";
import type { TuiState } from "./state.ts";

/** Milliseconds after which clocks on the screen are drawn anew, though nothing else has changed. */
const staleMs = 1000;

/** The state on its way to the screen. */
export interface Drawing {
  readonly state: TuiState;
  /** Applies an action, and draws when that may be. */
  dispatch(action: TuiAction): void;
  /** Draws what is to be drawn when that may be; asked from time to time. */
  tick(): void;
}

/**
 * Decides when a state is drawn: at the pace of {@link makePace}, and never while something is under the clock. Events
 * are told by the core while nothing is timed yet or any more, so drawing within them is safe, and comes out even while
 * the core computes without a break.
 */
export function makeDrawing(
  initial: TuiState,
  now: () => number,
  draw: (state: TuiState, at: number) => void,
): Drawing {
  const pace = makePace();
  let state = initial;
  let isChanged = true;
  let isAsked = false;
  let drawnAt = -Infinity;
  const drawIfDue = (): void => {
    const at = now();
    if (!(isChanged || at - drawnAt >= staleMs) || !pace.isDue(at, isAsked)) return;
    draw(state, at);
    const end = now();
    pace.drew(end, end - at);
    drawnAt = at;
    [isChanged, isAsked] = [false, false];
  };
  return {
    get state() {
      return state;
    },
    dispatch: (action) => {
      const wasTiming = state.isTiming;
      const next = reduce(state, action);
      isChanged ||= next !== state;
      // A phase may be over soon: it is shown as promptly as what a key asks for.
      isAsked ||= action.type !== "event" || action.event.type === "phase";
      state = next;
      // The clock starts when this returns.
      const startsNow = action.type === "event" && action.event.type === "timing" && !wasTiming;
      if (!state.isTiming || startsNow) drawIfDue();
    },
    tick: () => {
      if (!state.isTiming) drawIfDue();
    },
  };
}
