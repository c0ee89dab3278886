import type { CompileEvent, Reporter, RunControl } from "../events.ts";
import { noControl } from "../events.ts";
import type * as tui from "../tui/index.ts";
import type { CliIo } from "./io.ts";
import { makeReporter } from "./io.ts";

/** How a run is shown while it works. */
export interface Face {
  readonly reporter: Reporter;
  readonly control: RunControl;
  /** Ends it, however the run ended: what should stay on the terminal is there afterwards. */
  close(): void;
}

/** What a face is chosen by. */
export interface FaceOptions {
  readonly json: boolean;
  /** False with `--no-tui`. */
  readonly tui: boolean;
  readonly refusals: boolean;
}

/** Events that stay in the terminal as lines when the screen of the terminal interface is gone. */
const lasting: ReadonlySet<CompileEvent["type"]> = new Set([
  "diagnostic",
  "note",
  "refusal",
  "rollback",
  "written",
  "finished",
]);

/** The terminal interface where a person watches, else lines or NDJSON. */
export async function openFace(io: CliIo, options: FaceOptions): Promise<Face> {
  const { json, refusals } = options;
  const lines = await makeReporter(io, json, refusals);
  const terminal = options.tui && !json ? watchedTerminal(io, process.env) : undefined;
  if (terminal === undefined) return { reporter: lines, control: noControl, close: () => undefined };
  const screen = (await loadTui()).openTui(terminal, io.signal);
  const kept: CompileEvent[] = [];
  return {
    reporter: {
      handle: (event) => {
        if (lasting.has(event.type)) kept.push(event);
        screen.reporter.handle(event);
      },
    },
    control: screen.control,
    close: () => {
      screen.close();
      for (const event of kept) lines.handle(event);
    },
  };
}

/** The terminal, where a person sits at it: not in CI, and not where it only prints. */
export function watchedTerminal(
  { terminal }: Pick<CliIo, "terminal">,
  { CI: ci = "", TERM: term = "" }: Readonly<Record<string, string | undefined>>,
): tui.Terminal | undefined {
  const isWatched = terminal?.input.isTTY === true && terminal.output.isTTY && term !== "dumb";
  return isWatched && (ci === "" || ci === "false" || ci === "0") ? terminal : undefined;
}

/** React draws twice as fast without its checks for developers, which it decides on while it is loaded. */
async function loadTui(): Promise<typeof tui> {
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  try {
    return await import("../tui/index.ts");
  } finally {
    if (before === undefined) delete process.env["NODE_ENV"];
  }
}
