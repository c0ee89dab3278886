import { setImmediate } from "node:timers/promises";
import { Command, CommanderError } from "commander";
import { InferOptError, formatDiagnostic } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { version } from "../version.ts";
import { commands } from "./commands/index.ts";
import type { CliExample } from "./command.ts";
import { examplesText } from "./command.ts";
import type { CliIo } from "./io.ts";
import { annotate } from "./io.ts";

/** Signals that end the job in order: what is under way is given up, children and temporary files go. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What somebody who sees the program for the first time would try. */
const firstSteps: readonly CliExample[] = [
  { line: "doctor", purpose: "what this machine has" },
  { line: "inspect model.onnx", purpose: "what data the model takes" },
  {
    line: "optimize model.onnx --calib-data images/ --preprocess imagenet-torchvision",
    purpose: "the main job; `infer-opt optimize --help` has all options",
  },
];

/** Runs the CLI and returns the exit code (docs/exit-codes.md). Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  for (const signal of endings) process.once(signal, stop);
  let unwritten: Error | undefined;
  // A reader that left (`| head`) takes nothing from the job: its results are files.
  const keepError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") unwritten ??= error;
  };
  for (const stream of [process.stdout, process.stderr]) stream.on("error", keepError);
  const io: CliIo = {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    signal: abort.signal,
    terminal: { input: process.stdin, output: process.stderr },
  };
  try {
    const exitCode = await runCli(argv, io);
    await setImmediate();
    if (unwritten === undefined) return exitCode;
    const diagnostic = configDiagnostics.outputUnwritable({ path: "standard output", detail: unwritten.message });
    io.stderr(`${formatDiagnostic(diagnostic)}\n`);
    return exitCode === 0 ? diagnostic.exitCode : exitCode;
  } finally {
    for (const signal of endings) process.off(signal, stop);
  }
}

/** The CLI over given streams: what `main` does, testable. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0;
  const output = { writeOut: io.stdout, writeErr: io.stderr, outputError: () => undefined };
  const program = new Command("infer-opt")
    .description(
      "Offline model-optimization compiler: prunes, quantizes, fuses and tunes ONNX models, with measured proof.",
    )
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput(output)
    .showSuggestionAfterError();
  for (const command of commands) {
    command.register(program, io, (code) => (exitCode = code));
    const registered = program.commands.find((candidate) => candidate.name() === command.name);
    registered?.addHelpText("after", examplesText(command.examples));
  }
  program.addHelpText("after", examplesText(firstSteps));
  for (const command of program.commands) command.exitOverride().configureOutput(output);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof InferOptError && !io.signal.aborted) annotate(io, error.diagnostic);
    return report(error, io);
  }
}

function report(error: unknown, io: CliIo): number {
  if (error instanceof CommanderError) return reportUsage(error, io);
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

/** What the command line parser refuses, as a diagnostic; help that was asked for is no error. */
function reportUsage(error: CommanderError, io: CliIo): number {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") return 2;
  const [what = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const model = /^unknown command '(.+\.onnx)'$/.exec(what)?.[1];
  const nearest =
    model === undefined ? /Did you mean (?:one of )?(.+)\?/.exec(suggestion ?? "")?.[1] : `optimize ${model}`;
  const key = /^unknown option '(.+)'$/.exec(what)?.[1];
  const diagnostic =
    key === undefined
      ? configDiagnostics.usage({ detail: what.replace(/\.$/, ""), nearest })
      : configDiagnostics.unknownKey({ key, nearest });
  io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  return diagnostic.exitCode;
}
