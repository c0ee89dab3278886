import { Box, renderToString } from "ink";
import type { ReactElement } from "react";
import type { CompileReport } from "../events.ts";
import { bodyHeight, drawnSize } from "./layout.ts";
import type { Row } from "./rows.ts";
import { rowsOf } from "./rows.ts";
import type { TuiState } from "./state.ts";
import type { Theme } from "./theme.ts";
import { App } from "./views/app.tsx";
import { BodyRow } from "./views/body-row.tsx";
import { Footer } from "./views/footer.tsx";
import { Header } from "./views/header.tsx";
import { Summary } from "./views/summary.tsx";

/** Draws a state as lines, at a time of the clock that its times are of. */
export type FrameRenderer = (state: TuiState, now: number) => readonly string[];

/**
 * Draws what {@link App} shows, and keeps lines that cannot change any more: laying all lines out anew costs several times
 * as much as the few that are under way.
 */
export function makeFrameRenderer(theme: Theme): FrameRenderer {
  let keptColumns = 0;
  let kept = new WeakMap<object, string>();
  return (state, now) => {
    const { columns, rows } = drawnSize(state.size);
    if (state.view.isHelpShown) return linesOf(<App state={state} now={now} theme={theme} />, columns);
    if (columns !== keptColumns) [keptColumns, kept] = [columns, new WeakMap()];
    const height = bodyHeight(state);
    const { top } = state.view;
    const inSight = rowsOf(state).slice(top, top + height);
    const stale = inSight.filter((row) => !kept.has(keyOf(row)));
    const drawn = linesOf(
      <Box flexDirection="column" width={columns}>
        <Header state={state} now={now} theme={theme} />
        {stale.map((row, i) => (
          // oxlint-disable-next-line react/no-array-index-key -- a line of the screen is its place
          <BodyRow key={i} row={row} columns={columns} now={now} isPaused={state.asked.isPaused} theme={theme} />
        ))}
        <Footer state={state} theme={theme} />
      </Box>,
      columns,
    );
    const fresh = new Map(stale.map((row, i) => [row, drawn[i + 2] ?? ""]));
    for (const [row, line] of fresh) if (isSettled(row)) kept.set(keyOf(row), line);
    const body = inSight.map((row) => fresh.get(row) ?? kept.get(keyOf(row)) ?? "");
    const blank = Array.from({ length: height - body.length }, () => "");
    return [...drawn.slice(0, 2), ...body, ...blank, drawn.at(-1) ?? ""].slice(0, rows);
  };
}

/** What a line is drawn from: an entry never changes, another takes its place. */
function keyOf(row: Row): object {
  return row.kind === "entry" ? row.entry : row.kind === "phase" ? row.phase : row.phase.entries;
}

/** Whether a line stays as it is for as long as what it is drawn from does. */
function isSettled(row: Row): boolean {
  return row.kind === "phase" ? row.phase.endedAt !== undefined : true;
}

/** The lines of an element. */
function linesOf(element: ReactElement, columns: number): readonly string[] {
  return renderToString(element, { columns }).split("\n");
}

/** The verdict as text that ends with a line break. */
export function renderSummary(report: CompileReport, columns: number, theme: Theme): string {
  return `${renderToString(<Summary report={report} theme={theme} />, { columns })}\n`;
}
