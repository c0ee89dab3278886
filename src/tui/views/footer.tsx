import { Text } from "ink";
import type { ReactElement } from "react";
import { bodyHeight, drawnSize } from "../layout.ts";
import { rowsOf } from "../rows.ts";
import type { TuiState } from "../state.ts";
import { displayWidth, fit } from "../text.ts";
import type { Theme } from "../theme.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

/** What keys do, the most important first. */
const hints = ["q stop, keep best", "p pause", "? help", "↑↓ scroll", "Ctrl-C give up"];

/** The last line: what keys do, or what was asked for with one; and which lines are in sight. */
export function Footer({ state, theme }: { readonly state: TuiState; readonly theme: Theme }): ReactElement {
  const { columns } = drawnSize(state.size);
  const { glyphs } = theme;
  const place = placeOf(state);
  const room = columns - displayWidth(place) - (place === "" ? 0 : 1);
  const asked = askedFor(state);
  return (
    <Line>
      {asked === undefined ? (
        <Text dimColor>{fit(joined(theme, room), room, "left", glyphs.ellipsis)}</Text>
      ) : (
        <Tinted color={theme.warning} bold>
          {fit(asked, room, "left", glyphs.ellipsis)}
        </Tinted>
      )}
      <Text dimColor>{place === "" ? "" : ` ${place}`}</Text>
    </Line>
  );
}

function askedFor({ asked }: TuiState): string | undefined {
  if (asked.isStopping) return "stopping: the best so far is proven (Ctrl-C gives up)";
  return asked.isPaused ? "paused: p goes on, q stops and keeps the best" : undefined;
}

/** As many hints as there is room for. */
function joined({ glyphs }: Theme, room: number): string {
  const arrows = glyphs.arrow === "->" ? hints.map((hint) => hint.replace("↑↓", "arrows")) : hints;
  let text = "";
  for (const hint of arrows) {
    const longer = text === "" ? hint : `${text} ${glyphs.separator} ${hint}`;
    if (displayWidth(longer) > room) break;
    text = longer;
  }
  return text;
}

/** Which lines of how many are in sight, where not all are. */
function placeOf(state: TuiState): string {
  const total = rowsOf(state).length;
  const height = bodyHeight(state);
  if (total <= height) return "";
  const { top } = state.view;
  return `${top + 1}-${Math.min(total, top + height)}/${total}`;
}
