import type { CompileReport } from "../events.ts";
import { drawLines } from "./draw-lines.ts";
import { drawnSize } from "./layout.ts";
import type { TuiState } from "./state.ts";
import type { Theme } from "./theme.ts";
import { App } from "./views/app.tsx";
import { Summary } from "./views/summary.tsx";

/** Draws a state as lines, at a time of the clock that its times are of. */
export function renderFrame(state: TuiState, now: number, theme: Theme): readonly string[] {
  const { columns } = drawnSize(state.size);
  return drawLines(<App state={state} now={now} theme={theme} />, columns, theme.glyphs.ellipsis);
}

/** The verdict as text that ends with a line break. */
export function renderSummary(report: CompileReport, columns: number, theme: Theme): string {
  const lines = drawLines(<Summary report={report} theme={theme} />, columns, theme.glyphs.ellipsis);
  return lines.map((line) => `${line}\n`).join("");
}
