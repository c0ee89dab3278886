import type { CompletionCommand } from "./model.ts";

/** Text between single quotes: backslash and quote are all that fish reads there. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** The words of a first argument, then files. */
function argumentsOf(inside: string, words: readonly string[] | undefined): readonly string[] {
  if (words === undefined) return [`complete -c infer-opt -F -n ${quote(inside)}`];
  const behind = `__fish_seen_subcommand_from ${words.join(" ")}`;
  return [
    `complete -c infer-opt -f -n ${quote(`${inside}; and not ${behind}`)} -a ${quote(words.join(" "))}`,
    `complete -c infer-opt -F -n ${quote(`${inside}; and ${behind}`)}`,
  ];
}

/** A completion script for fish. */
export function fishCompletion(commands: readonly CompletionCommand[]): string {
  return [
    "# fish completion for infer-opt: infer-opt completion fish | source",
    ...commands.flatMap(({ name, summary, options, words }) => {
      const inside = `__fish_seen_subcommand_from ${name}`;
      return [
        `complete -c infer-opt -f -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
        ...argumentsOf(inside, words),
        ...options.map(({ long, short, summary: about, takesValue, words: values }) =>
          [
            `complete -c infer-opt -n ${quote(inside)} -l ${long.slice(2)}`,
            ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
            ...(takesValue ? ["-r"] : []),
            ...(values.length > 0 ? [`-f -a ${quote(values.join(" "))}`] : []),
            `-d ${quote(about)}`,
          ].join(" "),
        ),
      ];
    }),
    "",
  ].join("\n");
}
