import type { Command } from "commander";
import type { CliIo } from "./io.ts";

/** One command of the CLI: a file exporting one object of this type. */
export interface CliCommand {
  readonly name: string;
  /** Declares the command; its action stores the exit code through `finish`. */
  register(program: Command, io: CliIo, finish: (exitCode: number) => void): void;
}
