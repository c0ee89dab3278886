import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { UserOptions } from "../../config/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { CliCommand } from "../command.ts";
import type { CliIo } from "../io.ts";
import type { InitQuestion } from "../init-questions.ts";
import { initQuestions } from "../init-questions.ts";

const file = "infer-opt.config.json";

/** `infer-opt init`: asks, or takes flags, and writes a config file with comments. */
export const init: CliCommand = {
  name: "init",
  register: (program, io) => {
    const command = program
      .command("init")
      .description("write a config file: asks five questions, or takes their answers as flags")
      .option("--file <file>", "where to write it", file)
      .option("--force", "write over a file that is there");
    for (const { flag, question } of initQuestions) command.option(flag, question);
    command.action(async (values: Record<string, unknown>) => {
      const { completeOptions } = await import("../../config/index.ts");
      const { targetNamed, writeAtomically } = await import("../../recipes/index.ts");
      const path = String(values["file"]);
      if (values["force"] !== true && existsSync(path))
        fail(configDiagnostics.conflict({ detail: `${path} is there already`, advice: "--force writes over it" }));
      const given = initQuestions.some(({ key }) => values[key] !== undefined);
      const answers = given || !isInteractive() ? values : await ask(io);
      const options = Object.fromEntries(
        initQuestions.flatMap(({ key, fallback }) => {
          const value = answers[key] === undefined || answers[key] === "" ? fallback : String(answers[key]);
          return value === undefined ? [] : [[key, value]];
        }),
      ) as UserOptions;
      targetNamed(completeOptions(options).target);
      writeAtomically(path, configText(options));
      io.stdout(`wrote ${path}\nnext: infer-opt optimize MODEL.onnx --config ${path}\n`);
    });
  },
};

/** Questions need somebody who sees them and can answer. */
function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Whoever ends the input, by Ctrl-C or Ctrl-D, wants no file: throws IO0909. */
async function ask(io: CliIo): Promise<Readonly<Record<string, string>>> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answers: Record<string, string> = {};
    for (const { key, question, fallback } of initQuestions) {
      const prompt = `${question}${fallback === undefined ? "" : ` [${fallback}]`}: `;
      const answer = reader.question(prompt, { signal: io.signal });
      const given = await answer.catch((error: unknown) =>
        fail(configDiagnostics.interrupted({ left: "no file was written" }), error),
      );
      answers[key] = given.trim();
    }
    return answers;
  } finally {
    reader.close();
  }
}

/** The file, a comment above each option; what was left out stands there as a comment, to be filled in later. */
function configText(options: UserOptions): string {
  const chosen = new Map<string, unknown>(Object.entries(options));
  const lines = initQuestions.flatMap(({ key, comment }: InitQuestion) => {
    const value = chosen.get(key);
    const line = value === undefined ? `  // "${key}": "…",` : `  "${key}": ${JSON.stringify(value)},`;
    return [`  // ${comment}`, line];
  });
  return [
    "{",
    "  // options of `infer-opt optimize`; docs/options.md has all of them, and flags win over this file",
    ...lines,
    "  // the same number gives the same bytes, from the same model, options, data and records",
    '  "seed": 1',
    "}",
    "",
  ].join("\n");
}
