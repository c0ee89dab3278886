import type { CliCommand } from "../command.ts";

/** `infer-opt inspect MODEL`: what is in a model. */
export const inspect: CliCommand = {
  name: "inspect",
  register: (program, io) => {
    program
      .command("inspect")
      .description("show inputs, outputs, operators, parameters and problems of a model")
      .argument("<model>", "the ONNX model")
      .option("--text", "the whole graph as text, one line a node")
      .option("--json", "as JSON")
      .action(async (model: string, values: { readonly text?: boolean; readonly json?: boolean }) => {
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
              `${summary.file}: ${formatBytes(summary.bytes)}${summary.externalBytes > 0 ? ` and ${formatBytes(summary.externalBytes)} external` : ""}, IR ${summary.irVersion}, opsets ${summary.opsets.map(([domain, version]) => `${domain === "" ? "ai.onnx" : domain} ${version}`).join(", ")}`,
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
