import { holdWrites } from "./held-writes.ts";
import type { Screen } from "./screen.ts";
import { makeScreen } from "./screen.ts";
import type { TuiState } from "./state.ts";

/** The terminal a person sits at. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Who hears of what happens to a terminal. */
interface Listener {
  typed(text: string): void;
  resized(): void;
  closed(): void;
}

/** A terminal that was taken over. */
export interface TakenTerminal {
  readonly screen: Screen;
  sizeNow(): TuiState["size"];
  /** Stops the whole job, as the terminal's own key would; when the job goes on the terminal is taken again. */
  suspend(): void;
  /** Gives the terminal back as it was. May be called more than once. */
  close(): void;
}

/** Milliseconds after which a job that was stopped is seen to go on. */
const resumeMs = 250;

/** Signals that end the process at the second time: the terminal is given back before. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Takes a terminal over: another screen, keys as they are typed, and nothing that others write until it is given back. It is
 * given back in a crash too: what is thrown is told on the screen that the person will see.
 */
export function takeTerminal({ input, output }: Terminal, listener: Listener): TakenTerminal {
  const held = holdAll(output);
  const screen = makeScreen((text) => held.write(text));
  const take = (): void => {
    screen.enter();
    input.setRawMode(true);
    input.resume();
  };
  const giveBack = (): void => {
    screen.leave();
    input.setRawMode(false);
    input.pause();
  };
  const stopHearing = hearAll([
    [input, "data", (data: Buffer | string) => listener.typed(data.toString())],
    [output, "resize", () => listener.resized()],
    [process, "exit", () => close()],
    [process, "uncaughtExceptionMonitor", () => close()],
    ...endAtSecond(() => close()),
  ]);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stopHearing();
    listener.closed();
    giveBack();
    held.release();
  };
  take();
  return {
    screen,
    sizeNow: () => ({ columns: output.columns, rows: output.rows }),
    suspend: () => {
      if (process.platform === "win32") return;
      giveBack();
      process.kill(0, "SIGTSTP");
      setTimeout(() => {
        if (!isOpen) return;
        take();
        listener.resized();
      }, resumeMs);
    },
    close,
  };
}

/** Holds back what others write to the terminal; `write` is the way past. */
function holdAll(output: NodeJS.WriteStream): ReturnType<typeof holdWrites> {
  const others = new Set([process.stdout, process.stderr].filter((stream) => stream.isTTY));
  others.delete(output as typeof process.stdout);
  const own = holdWrites(output);
  const held = [own, ...[...others].map(holdWrites)];
  return {
    write: own.write,
    release: () => {
      for (const writes of held) writes.release();
    },
  };
}

// Arguments are of the event's kind, which only who listens knows.
type Hook = readonly [emitter: NodeJS.EventEmitter, event: string, hear: (argument: never) => void];

/** Listens to all of them; what is returned ends that. */
function hearAll(hooks: readonly Hook[]): () => void {
  for (const [emitter, event, hear] of hooks) emitter.on(event, hear as () => void);
  return () => {
    for (const [emitter, event, hear] of hooks) emitter.off(event, hear as () => void);
  };
}

function endAtSecond(close: () => void): readonly Hook[] {
  let signals = 0;
  return endings.map((name) => [
    process,
    name,
    () => {
      if (++signals < 2) return;
      close();
      process.kill(process.pid, name);
    },
  ]);
}
