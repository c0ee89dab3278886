import { existsSync } from "node:fs";
import type { Interface } from "node:readline/promises";
import { createInterface } from "node:readline/promises";
import type { UserOptions } from "../../config/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { InferOptError, fail, formatDiagnostic } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { CliCommand } from "../command.ts";
import type { CliIo } from "../io.ts";
import type { InitQuestion } from "../init-questions.ts";
import { initQuestions } from "../init-questions.ts";

const file = "infer-opt.config.json";

/** `infer-opt init`: asks, or takes flags, and writes a config file with comments. */
export const init: CliCommand = {
  name: "init",
  examples: [
    { line: "init", purpose: "asks five questions" },
    {
      line: "init --target cpu --calib-data images/ --preprocess imagenet-torchvision",
      purpose: "asks nothing: what is not given gets its default",
    },
  ],
  register: (program, io) => {
    const command = program
      .command("init")
      .description("write a config file: asks five questions, or takes their answers as flags")
      .option("--file <file>", "where to write it", file)
      .option("--force", "write over a file that is there");
    for (const { flag, question, fallback } of initQuestions)
      command.option(flag, `${question}${fallback === undefined ? "" : ` (default: ${fallback})`}`);
    command.action(async (values: Record<string, unknown>) => {
      const { writeAtomically } = await import("../../recipes/index.ts");
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
      const problem = await problemWith(options);
      if (problem !== undefined) fail(problem);
      writeAtomically(path, configText(options));
      const { calibData } = options;
      const absent =
        calibData === undefined || existsSync(calibData) ? "" : `note: there is no data at ${calibData} yet\n`;
      io.stdout(`wrote ${path}\n${absent}next: infer-opt optimize MODEL.onnx --config ${path}\n`);
    });
  },
};

/** What a compile would refuse about the options before it looks at a model; undefined where nothing. */
async function problemWith(options: UserOptions): Promise<Diagnostic | undefined> {
  const { completeOptions } = await import("../../config/index.ts");
  const { checkOptions } = await import("../../recipes/index.ts");
  try {
    checkOptions(completeOptions(options));
    return undefined;
  } catch (error) {
    if (error instanceof InferOptError) return error.diagnostic;
    throw error;
  }
}

/** Questions need somebody who sees them and can answer. */
function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Whoever ends the input, by Ctrl-C or Ctrl-D, wants no file: throws IO0909. */
async function ask(io: CliIo): Promise<Readonly<Record<string, string>>> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answers: Record<string, string> = {};
    for (const question of initQuestions) answers[question.key] = await answerTo(question, reader, io);
    return answers;
  } finally {
    reader.close();
  }
}

/** The first answer that a compile would take: one that it would not take is explained, and asked for again. */
async function answerTo({ key, question, fallback }: InitQuestion, reader: Interface, io: CliIo): Promise<string> {
  const prompt = `${question}${fallback === undefined ? "" : ` [${fallback}]`}: `;
  for (;;) {
    const typed = await reader
      .question(prompt, { signal: io.signal })
      .catch((error: unknown) => fail(configDiagnostics.interrupted({ left: "no file was written" }), error));
    const answer = typed.trim();
    const problem = answer === "" ? undefined : await problemWith({ [key]: answer });
    if (problem === undefined) return answer;
    io.stderr(`${formatDiagnostic(problem)}\n`);
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
    "  // options of `infer-opt optimize`: `infer-opt optimize --help` has all of them; flags win over this file",
    "  // paths are those of the folder that the command is run in",
    ...lines,
    "  // the same number gives the same bytes, from the same model, options, data and records",
    '  "seed": 1',
    "}",
    "",
  ].join("\n");
}
