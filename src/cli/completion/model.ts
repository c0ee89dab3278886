import type { Command, Option } from "commander";

/** What of the command line can be completed. */
export interface CompletionCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletionOption[];
  /** Words that its first argument may be, before others that name files; undefined where the first does too. */
  readonly words: readonly string[] | undefined;
}

/** One option, with the words its value may be. */
export interface CompletionOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly summary: string;
  /** False for a flag. */
  readonly takesValue: boolean;
  readonly words: readonly string[];
}

/**
 * Reads the commands as they were declared, so that completion knows what the help knows. A command with commands of its
 * own takes their names as words, and the options of all of them.
 */
export function completionModel(program: Command): readonly CompletionCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.description(),
    options: [command, ...command.commands].flatMap(optionsOf),
    words:
      command.commands.length > 0
        ? command.commands.map((inner) => inner.name())
        : command.registeredArguments[0]?.argChoices,
  }));
}

function optionsOf({ options }: Command): readonly CompletionOption[] {
  return options.map((option) => ({
    long: option.long ?? "",
    short: option.short,
    summary: option.description,
    takesValue: option.required || option.optional,
    words: wordsOf(option),
  }));
}

/** The allowed words: those the parser knows, of a flag such as `--arena <on|off>`, or of a description: `[auto|fp32|int8]`. */
function wordsOf({ argChoices, flags, description }: Option): readonly string[] {
  const list = /[<[]([\w.-]+(?:\|[\w.-]+)+)[>\]]/.exec(`${flags} ${description}`)?.[1];
  return argChoices ?? list?.split("|") ?? [];
}
