import type { CompileEvent, Reporter, RunControl } from "../events.ts";
import { makeDrawing } from "./drawing.ts";
import { holdWrites } from "./held-writes.ts";
import type { Key } from "./keys.ts";
import { keysOf } from "./keys.ts";
import { makeFrameRenderer, renderSummary } from "./render.tsx";
import { makeRunController } from "./run-controller.ts";
import { makeScreen } from "./screen.ts";
import { initialState } from "./state.ts";
import { themeFor } from "./theme.ts";

/** The terminal a person sits at. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** The terminal interface of one run. */
export interface Tui {
  readonly reporter: Reporter;
  readonly control: RunControl;
  /** Gives the terminal back, and writes the verdict to it where there is one. */
  close(): void;
}

/** Milliseconds between two looks at whether clocks on the screen are behind. */
const tickMs = 250;

/** Signals that end the process at the second time: the terminal is given back before. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Takes the terminal over and shows a run in it. Keys are asked of the run's control; Ctrl-C is a SIGINT, as ever. */
export function openTui({ input, output }: Terminal, signal: AbortSignal): Tui {
  const now = (): number => performance.now();
  const theme = themeFor(process.env);
  const sizeNow = (): { columns: number; rows: number } => ({ columns: output.columns, rows: output.rows });
  const controller = makeRunController(now, signal);
  const streams = new Set([output, process.stdout, process.stderr].filter((stream) => stream.isTTY));
  const held = [...streams].map((stream) => ({ stream, writes: holdWrites(stream) }));
  const own = held.find(({ stream }) => stream === output)?.writes;
  const screen = makeScreen((text) => own?.write(text));
  const renderFrame = makeFrameRenderer(theme);
  const drawing = makeDrawing(initialState(now(), sizeNow()), now, (state, at) =>
    screen.paint(renderFrame(state, at), state.size),
  );

  const asked = (): void => {
    const { isPaused, isStopping } = controller;
    drawing.dispatch({ type: "asked", asked: { isPaused, isStopping } });
  };
  const press = (key: Key): void => {
    if (key === "stop") controller.stop();
    else if (key === "pause") controller.togglePause();
    else if (key === "interrupt") process.kill(process.pid, "SIGINT");
    else if (key === "suspend") suspend();
    else if (key === "redraw") screen.forget();
    drawing.dispatch({ type: "key", key });
    asked();
  };
  const listen = (data: Buffer | string): void => keysOf(data.toString()).forEach(press);
  const resize = (): void => drawing.dispatch({ type: "resized", size: sizeNow() });
  const takeOver = (): void => {
    screen.enter();
    input.setRawMode(true);
    input.resume();
  };
  const giveBack = (): void => {
    screen.leave();
    input.setRawMode(false);
    input.pause();
  };
  const suspend = (): void => {
    if (process.platform === "win32") return;
    giveBack();
    // The whole job stops, as it would if the terminal itself had seen the key; this goes on when the job does.
    process.kill(0, "SIGTSTP");
    setTimeout(() => {
      takeOver();
      resize();
    }, tickMs);
  };
  let signals = 0;
  const endAtSecond = (name: NodeJS.Signals): void => {
    if (++signals < 2) return;
    close();
    process.kill(process.pid, name);
  };
  const timer = setInterval(() => drawing.tick(), tickMs).unref();
  let isOpen = true;
  /** Also the way out of a crash: what is thrown is told on the screen that the person will see. */
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(timer);
    input.off("data", listen);
    output.off("resize", resize);
    process.off("exit", close);
    process.off("uncaughtExceptionMonitor", close);
    for (const name of endings) process.off(name, endAtSecond);
    giveBack();
    for (const { writes } of held) writes.release();
  };

  process.on("exit", close);
  process.on("uncaughtExceptionMonitor", close);
  for (const name of endings) process.on(name, endAtSecond);
  output.on("resize", resize);
  input.on("data", listen);
  takeOver();
  drawing.tick();
  return {
    reporter: { handle: (event: CompileEvent) => drawing.dispatch({ type: "event", event, at: now() }) },
    control: controller,
    close: () => {
      const { report } = drawing.state;
      close();
      if (report !== undefined) output.write(renderSummary(report, output.columns, theme));
    },
  };
}
