import { Text } from "../ink.ts";
import type { ReactElement } from "react";
import { bodyHeight, drawnSize } from "../layout.ts";
import { rowCount } from "../rows.ts";
import type { TuiState } from "../state.ts";
import { displayWidth, fit } from "../text.ts";
import type { Theme } from "../theme.ts";
import { Line } from "./line.tsx";
import { Tinted } from "./tinted.tsx";

/** What keys do, the most important first. */
const hints = ["q stop, keep best", "p pause", "? help", "↑↓ scroll", "Ctrl-C give up"];

/** The last line: what keys do, or what was asked for with one; and which lines are in sight. */
export function Footer({ state, theme }: { readonly state: TuiState; readonly theme: Theme }): ReactElement {
  const { hints, asked, place } = footerText(state, theme);
  return (
    <Line>
      {asked === "" ? (
        <Text dimColor>{hints}</Text>
      ) : (
        <Tinted color={theme.warning} bold>
          {asked}
        </Tinted>
      )}
      <Text dimColor>{place}</Text>
    </Line>
  );
}

/** The words of the last line; `asked` takes the place of the hints where it is not empty. */
function footerText(
  state: TuiState,
  theme: Theme,
): { readonly hints: string; readonly asked: string; readonly place: string } {
  const { columns } = drawnSize(state.size);
  const { ellipsis } = theme.glyphs;
  const place = placeOf(state);
  const room = columns - displayWidth(place);
  const asked = askedFor(state);
  return {
    hints: fit(joined(theme, room), room, "left", ellipsis),
    asked: asked === undefined ? "" : fit(asked, room, "left", ellipsis),
    place,
  };
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

/** Which lines of how many are in sight, where not all are, after a blank. */
function placeOf(state: TuiState): string {
  const total = rowCount(state);
  const height = bodyHeight(state);
  if (total <= height) return "";
  const { top } = state.view;
  return ` ${top + 1}-${Math.min(total, top + height)}/${total}`;
}
