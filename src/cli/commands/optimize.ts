import type { UserOptions } from "../../config/index.ts";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { CliCommand, CliExample } from "../command.ts";
import { endingOf } from "../ending.ts";
import { openFace } from "../face.ts";
import { annotating } from "../io.ts";
import type { OutcomeFiles } from "../write-outcome.ts";
import { writeOutcome } from "../write-outcome.ts";
import { addSchemaOptions, givenOptions } from "../schema-options.ts";

/** A command that runs the compile with some options fixed. */
function compileCommand(
  name: string,
  summary: string,
  examples: readonly CliExample[],
  fixed: UserOptions,
  pick?: (option: string) => boolean,
  needs?: keyof UserOptions,
): CliCommand {
  return {
    name,
    examples,
    register: (program, io, finish) => {
      const command = program
        .command(name)
        .description(summary)
        .argument("<model>", "the ONNX model")
        .option("--config <file>", "JSON file with options; flags win over it")
        .option("--save-config <file>", "write the options of this run as a config file")
        .option("--junit <file>", "write the outcome as a JUnit test suite")
        .option("--job-summary <file>", "append the outcome as Markdown, such as to $GITHUB_STEP_SUMMARY")
        .option("--json", "events as NDJSON on stdout instead of lines on stderr")
        .option("--no-tui", "lines on a terminal too, instead of the interface that takes it over");
      addSchemaOptions(command, pick);
      command.action(async (model: string, values: Record<string, unknown>) => {
        const { completeOptions, readConfigFile } = await import("../../config/index.ts");
        const json = values["json"] === true;
        const configFile = values["config"] as string | undefined;
        const fromFile = configFile === undefined ? {} : readConfigFile(configFile);
        if (configFile !== undefined) completeOptions(fromFile, configFile);
        const options = completeOptions({ ...fromFile, ...givenOptions(values), ...fixed });
        if (needs !== undefined && options[needs] === undefined)
          fail(
            configDiagnostics.conflict({
              detail: `${name} does nothing without --${needs}`,
              advice: `\`infer-opt ${name} --help\` shows its form`,
            }),
          );
        const { compile, writeConfig } = await import("../../recipes/index.ts");
        const saveTo = values["saveConfig"] as string | undefined;
        if (saveTo !== undefined) writeConfig(saveTo, options);
        const face = await openFace(io, { json, tui: values["tui"] !== false, refusals: options.explainRefusals });
        const files = { junit: values["junit"], jobSummary: values["jobSummary"] } as OutcomeFiles;
        try {
          const { control } = face;
          const reporter = annotating(face.reporter, io);
          const result = await compile(model, options, { reporter, control, signal: io.signal });
          await writeOutcome(files, result);
          finish(result.exitCode);
        } catch (error) {
          await writeOutcome(files, { model, error: endingOf(error, io.signal) });
          if (json && error instanceof InferOptError)
            face.reporter.handle({ type: "diagnostic", diagnostic: error.diagnostic });
          throw error;
        } finally {
          face.close();
        }
      });
    },
  };
}

/** `infer-opt optimize`: the main job. */
export const optimize: CliCommand = compileCommand(
  "optimize",
  "prune, quantize, fuse, choose by timing, prove and write the model",
  [
    { line: "optimize model.onnx -o out/", purpose: "without samples: only changes that keep the numbers" },
    {
      line: "optimize model.onnx --calib-data images/ --preprocess imagenet-torchvision -o out/",
      purpose: "INT8 where it pays: pictures, sub-folders are classes",
    },
    {
      line: "optimize model.onnx --calib-data train.npz --eval-data test.npz --max-drop 0.5%",
      purpose: "arrays named as the inputs, and a bound on accuracy",
    },
    { line: "optimize model.onnx --calib-data train.npz --target cpu", purpose: "kernels tuned for this CPU" },
  ],
  {},
);

/** `infer-opt quantize`: INT8 alone, on the simplified graph. */
export const quantize: CliCommand = compileCommand(
  "quantize",
  "quantize to INT8 with calibration, as one stage alone",
  [
    {
      line: "quantize model.onnx --calib-data train.npz -o int8/model.onnx",
      purpose: "INT8, whether it is faster or not",
    },
    { line: "quantize model.onnx --calib int8/model.calib.json", purpose: "again, from the ranges of an earlier run" },
  ],
  { precision: "int8", tune: "off" },
  (name) => name !== "precision" && name !== "tune",
);

/** `infer-opt prune`: pruning alone. */
export const prune: CliCommand = compileCommand(
  "prune",
  "prune weights or channels, as one stage alone",
  [{ line: "prune model.onnx --sparsity 30% -o pruned/", purpose: "without 30 % of the channels" }],
  { precision: "fp32", tune: "off" },
  (name) => name !== "precision" && name !== "tune",
  "sparsity",
);

/** `infer-opt fuse`: simplification and fusion alone. */
export const fuse: CliCommand = compileCommand(
  "fuse",
  "simplify and fuse the graph, as one stage alone",
  [
    { line: "fuse model.onnx -o fused/", purpose: "the smaller graph, untimed" },
    { line: "fuse model.onnx --explain-refusals --dry-run", purpose: "what almost matched, and what was in the way" },
  ],
  { precision: "fp32", tune: "off" },
  (name) => name !== "precision" && name !== "tune",
);
