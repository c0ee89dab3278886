import type { Diagnostic } from "../diagnostics/index.ts";
import type { Reporter } from "../events.ts";
import type { Terminal } from "../tui/index.ts";
import { renderAnnotation } from "../report/annotations.ts";

/** What a command may touch of the process: results go to stdout, people's text to stderr. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly signal: AbortSignal;
  /** Where a person may sit; absent where the streams are not those of the process. */
  readonly terminal?: Terminal;
}

/** How a command reports: NDJSON on stdout with `--json`, else plain lines on stderr. */
export async function makeReporter(io: CliIo, json: boolean, refusals: boolean): Promise<Reporter> {
  const { ndjsonReporter, plainReporter } = await import("../report/index.ts");
  return json ? ndjsonReporter(io.stdout) : plainReporter(io.stderr, { refusals });
}

/** A reporter that also annotates the problems it hears of. */
export function annotating(reporter: Reporter, io: CliIo): Reporter {
  return {
    handle: (event) => {
      reporter.handle(event);
      if (event.type === "diagnostic") annotate(io, event.diagnostic);
    },
  };
}

/** Shows a problem at the job where the run is one of GitHub Actions, which reads such lines from any output. */
export function annotate(io: CliIo, diagnostic: Diagnostic): void {
  if (process.env["GITHUB_ACTIONS"] === "true") io.stderr(`${renderAnnotation(diagnostic)}\n`);
}
