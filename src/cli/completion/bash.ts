import type { CompletionCommand } from "./model.ts";

/** A completion script for bash 4 and newer. */
export function bashCompletion(commands: readonly CompletionCommand[]): string {
  return [
    "# bash completion for infer-opt: source <(infer-opt completion bash)",
    "_infer_opt() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}"',
    // A value may stand behind `=`, which bash takes for a word of its own.
    '  if [ "$word" = "=" ]; then word=""; elif [ "$before" = "=" ]; then before="${COMP_WORDS[COMP_CWORD-2]}"; fi',
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$word"))`,
    "    return",
    "  fi",
    '  case "$command" in',
    ...commands.flatMap(branch),
    "  esac",
    "}",
    // Names of files are completed where the function has nothing to say.
    "complete -o default -o bashdefault -F _infer_opt infer-opt",
    "",
  ].join("\n");
}

function branch({ name, options, words }: CompletionCommand): readonly string[] {
  const valued = options.filter(({ words: values }) => values.length > 0);
  const plain = options.filter(({ takesValue, words: values }) => takesValue && values.length === 0);
  const flags = ["--help", ...options.flatMap(({ long, short }) => (short === undefined ? [long] : [short, long]))];
  const spelled = ({ long, short }: { readonly long: string; readonly short: string | undefined }): string =>
    short === undefined ? long : `${short}|${long}`;
  return [
    `    ${name})`,
    '      case "$before" in',
    ...valued.map(
      (option) =>
        `        ${spelled(option)}) COMPREPLY=($(compgen -W "${option.words.join(" ")}" -- "$word")); return ;;`,
    ),
    ...(plain.length === 0 ? [] : [`        ${plain.map(spelled).join("|")}) return ;;`]),
    "      esac",
    `      if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "${flags.join(" ")}" -- "$word"))`,
    ...(words === undefined
      ? []
      : [
          '      elif [ "$COMP_CWORD" -eq 2 ]; then',
          `        COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word"))`,
        ]),
    "      fi ;;",
  ];
}
