import type { CompileEvent } from "../events.ts";
import { bodyHeight } from "./layout.ts";
import { reduceEvent } from "./reduce-event.ts";
import type { Key } from "./keys.ts";
import { activeRow, rowCount } from "./rows.ts";
import type { TuiState } from "./state.ts";

/** All that can happen to what is shown. */
export type TuiAction =
  | { readonly type: "event"; readonly event: CompileEvent; readonly at: number }
  | { readonly type: "key"; readonly key: Key }
  | { readonly type: "resized"; readonly size: TuiState["size"] }
  | { readonly type: "asked"; readonly asked: TuiState["asked"] };

/** The state after an action. Pure: no clock, no terminal. */
export function reduce(state: TuiState, action: TuiAction): TuiState {
  return inSight(change(state, action));
}

function change(state: TuiState, action: TuiAction): TuiState {
  switch (action.type) {
    case "event":
      return reduceEvent(state, action.event, action.at);
    case "key":
      return press(state, action.key);
    case "resized":
      return { ...state, size: action.size };
    case "asked":
      return { ...state, asked: action.asked };
  }
}

/** Keys that change what is shown; the others are asked of the run. */
function press(state: TuiState, key: Key): TuiState {
  const { view } = state;
  const page = Math.max(1, bodyHeight(state) - 1);
  const scroll = (top: number): TuiState => {
    const last = lastTop(state);
    return { ...state, view: { ...view, top: Math.max(0, Math.min(last, top)), follows: top >= last } };
  };
  switch (key) {
    case "help":
      return { ...state, view: { ...view, isHelpShown: !view.isHelpShown } };
    case "close":
      return { ...state, view: { ...view, isHelpShown: false } };
    case "up":
      return scroll(view.top - 1);
    case "down":
      return scroll(view.top + 1);
    case "page-up":
      return scroll(view.top - page);
    case "page-down":
      return scroll(view.top + page);
    case "home":
      return scroll(0);
    case "end":
      return scroll(Infinity);
    case "stop":
    case "pause":
    case "interrupt":
    case "suspend":
    case "redraw":
      return state;
  }
}

/** Nothing below the last line is shown; who follows sees the active line. */
function inSight(state: TuiState): TuiState {
  const { view } = state;
  const height = bodyHeight(state);
  let { top } = view;
  if (view.follows) {
    const active = activeRow(state);
    top = Math.max(Math.min(top, active), active - height + 1);
  }
  top = Math.max(0, Math.min(top, lastTop(state)));
  return top === view.top ? state : { ...state, view: { ...view, top } };
}

function lastTop(state: TuiState): number {
  return Math.max(0, rowCount(state) - bodyHeight(state));
}
