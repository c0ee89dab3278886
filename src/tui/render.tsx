import type { ReactElement } from "react";
import { Fragment } from "react";
import type { CompileReport } from "../events.ts";
import { renderToString } from "./ink.ts";
import { bodyHeight, drawnSize } from "./layout.ts";
import type { Row } from "./rows.ts";
import { rowsOf } from "./rows.ts";
import type { TuiState } from "./state.ts";
import { formatElapsed } from "./text.ts";
import type { Theme } from "./theme.ts";
import { App } from "./views/app.tsx";
import { BodyRow } from "./views/body-row.tsx";
import { Footer, footerText } from "./views/footer.tsx";
import { StatusLine, statusText, TitleLine } from "./views/header.tsx";
import { Summary } from "./views/summary.tsx";

/** Draws a state as lines, at a time of the clock that its times are of. */
export type FrameRenderer = (state: TuiState, now: number) => readonly string[];

/** A line of the screen, and what it is drawn from: as long as that is the same, so is the line. */
interface ScreenLine {
  readonly key: object | string;
  readonly element: ReactElement;
}

/**
 * Draws what {@link App} shows, and keeps lines from frame to frame: laying all lines out anew costs several times as much as
 * the few that have changed.
 */
export function makeFrameRenderer(theme: Theme): FrameRenderer {
  let keptColumns = 0;
  let kept: ReadonlyMap<object | string, string> = new Map();
  return (state, now) => {
    const { columns, rows } = drawnSize(state.size);
    if (state.view.isHelpShown) return linesOf(<App state={state} now={now} theme={theme} />, columns);
    if (columns !== keptColumns) [keptColumns, kept] = [columns, new Map()];
    const head = headLines(state, now, theme);
    const body = bodyLines(state, now, theme);
    const foot = {
      key: `foot ${JSON.stringify(footerText(state, theme))}`,
      element: <Footer state={state} theme={theme} />,
    };
    const shown = [...head, ...body, foot];
    const stale = shown.filter(({ key }) => !kept.has(key));
    const drawn = stale.length === 0 ? [] : linesOf(<>{stale.map(inPlace)}</>, columns);
    const fresh = new Map(stale.map(({ key }, i) => [key, drawn[i] ?? ""]));
    kept = new Map(shown.map(({ key }) => [key, fresh.get(key) ?? kept.get(key) ?? ""]));
    const textOf = ({ key }: ScreenLine): string => kept.get(key) ?? "";
    const blank = Array.from({ length: bodyHeight(state) - body.length }, () => "");
    return [...head.map(textOf), ...body.map(textOf), ...blank, textOf(foot)].slice(0, rows);
  };
}

function inPlace({ element }: ScreenLine, place: number): ReactElement {
  return <Fragment key={place}>{element}</Fragment>;
}

function headLines(state: TuiState, now: number, theme: Theme): readonly ScreenLine[] {
  const { model, target, startedAt } = state;
  const title = JSON.stringify([model?.file, target, formatElapsed(now - startedAt)]);
  return [
    { key: `title ${title}`, element: <TitleLine state={state} now={now} theme={theme} /> },
    { key: `status ${statusText(state, theme)}`, element: <StatusLine state={state} theme={theme} /> },
  ];
}

function bodyLines(state: TuiState, now: number, theme: Theme): readonly ScreenLine[] {
  const { columns } = drawnSize(state.size);
  const { top } = state.view;
  const { isPaused } = state.asked;
  return rowsOf(state)
    .slice(top, top + bodyHeight(state))
    .map((row, i) => ({
      key: keyOf(row, top + i, now, isPaused),
      element: <BodyRow row={row} columns={columns} now={now} isPaused={isPaused} theme={theme} />,
    }));
}

/** What a line of the body is drawn from: an entry never changes, another takes its place. */
function keyOf(row: Row, place: number, now: number, isPaused: boolean): object | string {
  if (row.kind === "entry") return row.entry;
  if (row.kind === "tuning-head") return "tuning-head";
  const { phase } = row;
  if (phase.endedAt !== undefined) return phase;
  return `phase ${place} ${formatElapsed(now - phase.startedAt)} ${String(isPaused)}`;
}

/** The lines of an element. */
function linesOf(element: ReactElement, columns: number): readonly string[] {
  return renderToString(element, { columns }).split("\n");
}

/** The verdict as text that ends with a line break. */
export function renderSummary(report: CompileReport, columns: number, theme: Theme): string {
  return `${renderToString(<Summary report={report} theme={theme} />, { columns })}\n`;
}
