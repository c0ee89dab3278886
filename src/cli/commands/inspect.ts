import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import { fail, printable } from "../../diagnostics/index.ts";
import type { CliCommand } from "../command.ts";
import type { CliIo } from "../io.ts";
import { append } from "../parse-values.ts";

interface InspectOptions {
  readonly text?: boolean;
  readonly kernels?: boolean;
  readonly json?: boolean;
  readonly cost?: boolean;
  readonly whatIf?: string;
  readonly shape?: readonly string[];
  readonly roofline: boolean;
  readonly records?: readonly string[];
}

/** `infer-opt inspect MODEL`: what is in a model. */
export const inspect: CliCommand = {
  name: "inspect",
  examples: [
    { line: "inspect model.onnx", purpose: "what data has to look like, and what the model consists of" },
    { line: "inspect model.onnx --cost --what-if int8,fused", purpose: "what every layer costs, and would cost" },
  ],
  register: (program, io) => {
    program
      .command("inspect")
      .description("show inputs, outputs, operators, parameters and problems of a model")
      .argument("<model>", "the ONNX model")
      .option("--text", "the whole graph as text, one line a node")
      .option("--kernels", "the programs of compiled regions: steps, memory, and the instructions of every kernel")
      .option("--cost", "multiplications, bytes, memory, roofline and energy of every layer, and what fusing saves")
      .option("--what-if <changes>", "with --cost: int8, sparse, fused, or several with commas")
      .option("--no-roofline", "with --cost: do not measure this machine")
      .option(
        "--records <file>",
        "with --cost: take this machine's speed from a schedule cache that knows it (repeatable)",
        append,
      )
      .option("--shape <shape>", "with --cost: pin an input's shape, name:1x3x224x224 (repeatable)", append)
      .option("--json", "as JSON")
      .action(async (model: string, values: InspectOptions) => {
        if (values.kernels === true) {
          await printRegions(model, values.json === true, io);
          return;
        }
        if (values.cost === true) {
          await printCost(model, values, io);
          return;
        }
        const { whatIf, shape, records, roofline } = values;
        if (whatIf !== undefined || shape !== undefined || records !== undefined || !roofline)
          fail(
            configDiagnostics.conflict({
              detail: "--what-if, --shape, --records and --no-roofline mean something only to --cost",
              advice: "add --cost, or leave them out",
            }),
          );
        const { inspectModel } = await import("../../recipes/index.ts");
        const { formatBytes } = await import("../../report/index.ts");
        const { formatDiagnostic } = await import("../../diagnostics/index.ts");
        const result = await inspectModel(model);
        if (values.text === true) io.stdout(result.text());
        else if (values.json === true) io.stdout(`${JSON.stringify(result.summary, null, 2)}\n`);
        else {
          const { summary } = result;
          io.stdout(
            [
              `${printable(summary.file)}: ${formatBytes(summary.bytes)}${summary.externalBytes > 0 ? ` and ${formatBytes(summary.externalBytes)} external` : ""}, IR ${summary.irVersion}, opsets ${summary.opsets.map(([domain, version]) => `${domain === "" ? "ai.onnx" : domain} ${version}`).join(", ")}`,
              `producer: ${summary.producer}`,
              ...summary.inputs.map(({ name, type }) => `input  ${name}: ${type}`),
              ...summary.outputs.map(({ name, type }) => `output ${name}: ${type}`),
              `nodes ${summary.nodes} (with subgraphs ${summary.allNodes}), functions ${summary.functions}, parameters ${summary.parameters} (${formatBytes(summary.parameterBytes)}), hash ${summary.hash.slice(0, 16)}`,
              `operators: ${Object.entries(summary.operators)
                .map(([op, count]) => `${op} ${count}`)
                .join(", ")}`,
              ...summary.problems.map(formatDiagnostic),
              "",
            ].join("\n"),
          );
        }
      });
  },
};

async function printRegions(model: string, json: boolean, io: CliIo): Promise<void> {
  const { inspectRegions } = await import("../../recipes/index.ts");
  const { formatRegion } = await import("../format-region.ts");
  const regions = await inspectRegions(model);
  if (json) io.stdout(`${JSON.stringify(regions, null, 2)}\n`);
  else if (regions.length === 0) io.stdout("no compiled regions\n");
  else for (const region of regions) io.stdout(formatRegion(region));
  for (const region of regions)
    if ("malformed" in region)
      fail(runtimeDiagnostics.programDamaged({ region: region.region, detail: region.malformed }));
}

async function printCost(
  model: string,
  { whatIf, shape = [], json, roofline, records = [] }: InspectOptions,
  io: CliIo,
): Promise<void> {
  const { inspectCost, scenarios } = await import("../../recipes/index.ts");
  const { formatCost } = await import("../format-cost.ts");
  const { completeOptions } = await import("../../config/index.ts");
  const names = whatIf === undefined ? [] : whatIf.split(",").map((name) => name.trim());
  const chosen = names.map((name) => {
    const known = scenarios.find((scenario) => scenario === name);
    return (
      known ?? fail(configDiagnostics.badValue({ key: "what-if", value: `"${name}"`, expected: scenarios.join(", ") }))
    );
  });
  const { shape: pinned } = completeOptions({ shape: [...shape] });
  const report = await inspectCost(model, { shape: pinned, whatIf: chosen, roofline, records, signal: io.signal });
  io.stdout(json === true ? `${JSON.stringify(report, null, 2)}\n` : formatCost(report, new Date()));
}
