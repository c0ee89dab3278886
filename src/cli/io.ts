import type { Diagnostic } from "../diagnostics/index.ts";
import type { Reporter } from "../events.ts";

/** What a command may touch of the process: results go to stdout, people's text to stderr. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How a command reports: NDJSON on stdout with `--json`, else plain lines on stderr. */
export async function makeReporter(io: CliIo, json: boolean, refusals: boolean): Promise<Reporter> {
  const { ndjsonReporter, plainReporter } = await import("../report/index.ts");
  if (json) return ndjsonReporter(io.stdout);
  const plain = plainReporter(io.stderr, { refusals });
  return {
    handle: (event) => {
      plain.handle(event);
      if (event.type === "diagnostic") void annotate(io, event.diagnostic);
    },
  };
}

/** Shows a problem at the job where the run is one of GitHub Actions, which reads such lines from any output. */
export async function annotate(io: CliIo, diagnostic: Diagnostic): Promise<void> {
  if (process.env["GITHUB_ACTIONS"] !== "true") return;
  const { renderAnnotation } = await import("../report/index.ts");
  io.stderr(`${renderAnnotation(diagnostic)}\n`);
}
