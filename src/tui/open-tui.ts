import type { Reporter, RunControl } from "../events.ts";
import type { Drawing } from "./drawing.ts";
import { makeDrawing } from "./drawing.ts";
import type { Key } from "./keys.ts";
import { keysOf } from "./keys.ts";
import { renderFrame, renderSummary } from "./render.tsx";
import type { RunController } from "./run-controller.ts";
import { makeRunController } from "./run-controller.ts";
import { initialState } from "./state.ts";
import type { TakenTerminal, Terminal } from "./take-terminal.ts";
import { takeTerminal } from "./take-terminal.ts";
import { themeFor } from "./theme.ts";

/** The terminal interface of one run. */
export interface Tui {
  readonly reporter: Reporter;
  readonly control: RunControl;
  /** Gives the terminal back, and writes the verdict to it where there is one. */
  close(): void;
}

/** Milliseconds between two looks at whether something waits to be drawn. */
const tickMs = 50;

/** Takes the terminal over and shows a run in it. Keys are asked of the run's control; Ctrl-C is a SIGINT, as ever. */
export function openTui(terminal: Terminal, signal: AbortSignal): Tui {
  const now = (): number => performance.now();
  const theme = themeFor(process.env);
  const control = makeRunController(now, signal);
  const timer = setInterval(() => drawing.tick(), tickMs).unref();
  const taken = takeTerminal(terminal, {
    typed: (text) => {
      for (const key of keysOf(text)) press(key, taken, control, drawing);
    },
    resized: () => drawing.dispatch({ type: "resized", size: taken.sizeNow() }),
    closed: () => clearInterval(timer),
  });
  const drawing = makeDrawing(initialState(now(), taken.sizeNow()), now, (state, at) =>
    taken.screen.paint(renderFrame(state, at, theme), state.size),
  );
  drawing.tick();
  return {
    reporter: { handle: (event) => drawing.dispatch({ type: "event", event, at: now() }) },
    control,
    close: () => {
      const { report } = drawing.state;
      const { output } = terminal;
      taken.close();
      if (report !== undefined) output.write(renderSummary(report, output.columns, theme));
    },
  };
}

/** What a key is to do, and then what is shown of it. */
function press(key: Key, taken: TakenTerminal, control: RunController, drawing: Drawing): void {
  if (key === "stop") control.stop();
  else if (key === "pause") control.togglePause();
  else if (key === "interrupt") process.kill(process.pid, "SIGINT");
  else if (key === "suspend") taken.suspend();
  else if (key === "redraw") taken.screen.forget();
  drawing.dispatch({ type: "key", key });
  const { isPaused, isStopping } = control;
  drawing.dispatch({ type: "asked", asked: { isPaused, isStopping } });
}
