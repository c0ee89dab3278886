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
  return json ? ndjsonReporter(io.stdout) : plainReporter(io.stderr, { refusals });
}
