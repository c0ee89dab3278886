import type { Command } from "commander";
import type { CliIo } from "./io.ts";

/** A command line as somebody would type it, and what it is for. */
export interface CliExample {
  /** What stands behind `infer-opt`. */
  readonly line: string;
  readonly purpose: string;
}

/** One command of the CLI: a file exporting one object of this type. */
export interface CliCommand {
  readonly name: string;
  /** At the end of its help. */
  readonly examples: readonly CliExample[];
  /** Declares the command; its action stores the exit code through `finish`. */
  register(program: Command, io: CliIo, finish: (exitCode: number) => void): void;
}

/** Examples as the help shows them, each below its purpose, to be pasted as they are. */
export function examplesText(examples: readonly CliExample[]): string {
  const lines = examples.flatMap(({ line, purpose }) => [`  # ${purpose}`, ...continued(`  infer-opt ${line}`)]);
  return ["", "Examples:", ...lines].join("\n");
}

/** Columns of the narrowest terminal that is usual. */
const COLUMNS = 80;

/** A command line that is too long, broken before an option, as a shell takes it. */
function continued(line: string): readonly string[] {
  const at = line.lastIndexOf(" -", COLUMNS - 2);
  return line.length <= COLUMNS || at <= 0 ? [line] : [`${line.slice(0, at)} \\`, ...continued(`   ${line.slice(at)}`)];
}
