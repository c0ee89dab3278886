import { Option } from "commander";
import type { CliCommand } from "../command.ts";

interface PackageOptions {
  readonly for: "triton" | "ort";
  readonly output: string;
  readonly loadResult?: string;
  readonly served: string;
  readonly json?: boolean;
}

/** `infer-opt package MODEL`: a model as a server wants it. */
export const packageModel: CliCommand = {
  name: "package",
  examples: [
    { line: "package model.opt.onnx --for triton -o models", purpose: "a model repository" },
    {
      line: "package model.opt.onnx --for ort --load-result load.json -o out",
      purpose: "session options, with the batching that `bench --load --json` found",
    },
  ],
  register: (program, io) => {
    program
      .command("package")
      .description("write a model for a server: a model repository of Triton, or session options of ONNX Runtime")
      .argument("<model>", "the ONNX model")
      .addOption(new Option("--for <server>", "for whom").choices(["triton", "ort"]).makeOptionMandatory())
      .option("-o, --output <folder>", "where the model's folder is written", "models")
      .option("--load-result <file>", "what `bench --load --json` measured of this model: batching, instances, threads")
      .option("--served <folder>", "triton: the folder of the repository as the server sees it", "/models")
      .option("--json", "as JSON")
      .action(async (model: string, { for: kind, output, loadResult, served, json }: PackageOptions) => {
        const { writePackage } = await import("../../recipes/index.ts");
        const written = await writePackage(kind, { model, folder: output, loadResult, served });
        if (json === true) io.stdout(`${JSON.stringify(written, null, 2)}\n`);
        else io.stdout(`${[`${written.folder}: ${written.files.join(", ")}`, ...written.notes].join("\n")}\n`);
      });
  },
};
