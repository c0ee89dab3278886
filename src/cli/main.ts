import { Command, CommanderError } from "commander";
import { InferOptError, formatDiagnostic } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { version } from "../version.ts";
import { commands } from "./commands/index.ts";
import type { CliIo } from "./io.ts";

/** Runs the CLI and returns the exit code (docs/exit-codes.md). Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const io: CliIo = {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    signal: abort.signal,
  };
  try {
    return await runCli(argv, io);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** The CLI over given streams: what `main` does, testable. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0;
  const program = new Command("infer-opt")
    .description(
      "Offline model-optimization compiler: prunes, quantizes, fuses and tunes ONNX models, with measured proof.",
    )
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .showSuggestionAfterError();
  for (const command of commands) command.register(program, io, (code) => (exitCode = code));
  for (const command of program.commands)
    command.exitOverride().configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return report(error, io);
  }
}

function report(error: unknown, io: CliIo): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (io.signal.aborted) {
    const diagnostic = configDiagnostics.interrupted({});
    io.stderr(`${formatDiagnostic(diagnostic)}\n`);
    return diagnostic.exitCode;
  }
  if (error instanceof InferOptError) {
    io.stderr(`${formatDiagnostic(error.diagnostic)}\n`);
    return error.diagnostic.exitCode;
  }
  io.stderr(
    `internal error (a bug; please report it with the model and the options)\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}
