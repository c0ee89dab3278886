import type { RunControl } from "../events.ts";

/** The control of a run, with the side that a person's keys are on. */
export interface RunController extends RunControl {
  readonly isPaused: boolean;
  /** Asks for the end of all search; a pause is over then. */
  stop(): void;
  /** Asks for a pause, or ends it. */
  togglePause(): void;
}

/** Makes a controller; `now` tells milliseconds. An abort ends a pause, so that the run can end. */
export function makeRunController(now: () => number, signal: AbortSignal): RunController {
  let isStopping = false;
  let isPaused = false;
  let pausedMs = 0;
  const waiting: (() => void)[] = [];
  const goOn = (): void => {
    isPaused = false;
    for (const resume of waiting.splice(0)) resume();
  };
  signal.addEventListener("abort", goOn, { once: true });
  return {
    get isStopping() {
      return isStopping;
    },
    get isPaused() {
      return isPaused;
    },
    get pausedMs() {
      return pausedMs;
    },
    whilePaused: async () => {
      if (!isPaused) return;
      const start = now();
      await new Promise<void>((resume) => waiting.push(resume));
      pausedMs += now() - start;
    },
    stop: () => {
      isStopping = true;
      goOn();
    },
    togglePause: () => {
      if (isPaused) goOn();
      else isPaused = !isStopping && !signal.aborted;
    },
  };
}
