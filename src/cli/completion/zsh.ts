import type { CompletionCommand, CompletionOption } from "./model.ts";

/** Text inside of a specification of `_arguments`, between single quotes. */
function escape(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "'\\''")
    .replaceAll(/[[\]:]/g, "\\$&");
}

/** A completion script for zsh. */
export function zshCompletion(commands: readonly CompletionCommand[]): string {
  return [
    "#compdef infer-opt",
    "# zsh completion for infer-opt: source <(infer-opt completion zsh)",
    "_infer_opt() {",
    "  local -a commands",
    "  commands=(",
    ...commands.map(({ name, summary }) => `    '${name}:${escape(summary)}'`),
    "  )",
    "  if (( CURRENT == 2 )); then _describe command commands; return; fi",
    "  local command=$words[2]",
    "  shift words; (( CURRENT-- ))",
    '  case "$command" in',
    ...commands.flatMap(({ name, options, words }) => [
      `    ${name}) _arguments -s \\`,
      ...options.flatMap(specifications).map((text) => `      ${text} \\`),
      `      ${words === undefined ? "" : `'1:word:(${words.join(" ")})' `}'*:file:_files' ;;`,
    ]),
    "  esac",
    "}",
    'if [ "$funcstack[1]" = _infer_opt ]; then _infer_opt; else compdef _infer_opt infer-opt; fi',
    "",
  ].join("\n");
}

function specifications({ long, short, summary, takesValue, words }: CompletionOption): readonly string[] {
  const value = takesValue ? `:value:${words.length > 0 ? `(${words.join(" ")})` : "_files"}` : "";
  return [...(short === undefined ? [] : [short]), long].map((flag) => `'*${flag}[${escape(summary)}]${value}'`);
}
