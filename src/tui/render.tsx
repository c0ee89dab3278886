import { renderToString } from "ink";
import type { CompileReport } from "../events.ts";
import { drawnSize } from "./layout.ts";
import type { TuiState } from "./state.ts";
import type { Theme } from "./theme.ts";
import { App } from "./views/app.tsx";
import { Summary } from "./views/summary.tsx";

/** The lines of a frame. */
export function renderFrame(state: TuiState, now: number, theme: Theme): readonly string[] {
  const { columns } = drawnSize(state.size);
  return renderToString(<App state={state} now={now} theme={theme} />, { columns }).split("\n");
}

/** The verdict as text that ends with a line break. */
export function renderSummary(report: CompileReport, columns: number, theme: Theme): string {
  return `${renderToString(<Summary report={report} theme={theme} />, { columns })}\n`;
}
