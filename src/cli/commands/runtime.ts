import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { CliCommand } from "../command.ts";

interface RuntimeOptions {
  readonly path?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `infer-opt runtime`: the host library that runs compiled regions. */
export const runtime: CliCommand = {
  name: "runtime",
  examples: [
    { line: "runtime --check", purpose: "does the host library work on this machine?" },
    { line: "runtime --path", purpose: "for register_custom_ops_library of ONNX Runtime" },
  ],
  register: (program, io) => {
    program
      .command("runtime")
      .description("the host library that runs compiled regions: where it is, and whether it works")
      .option("--path", "print its path, for `register_custom_ops_library`")
      .option("--check", "compile a small region, run it with the library and without, and compare")
      .option("--json", "as JSON, with --check")
      .action(async (values: RuntimeOptions) => {
        if ((values.path === true) === (values.check === true))
          fail(configDiagnostics.usage({ detail: "give one of --path and --check", nearest: undefined }));
        const { checkHost, hostLibraryPath } = await import("../../recipes/index.ts");
        if (values.path === true) {
          io.stdout(`${hostLibraryPath()}\n`);
          return;
        }
        const found = await checkHost(io.signal);
        if (values.json === true) io.stdout(`${JSON.stringify(found, null, 2)}\n`);
        else
          io.stdout(
            [
              `library      ${found.library}`,
              `levels       ${found.levels.join(" ")}`,
              `onnxruntime  ${found.onnxruntime}, ${found.onnxruntimeLibrary}`,
              `infer-opt    ${found.version}, node ${found.node}`,
              `ok           ${found.region}: ${found.values} values equal with the library and without; a damaged program is refused`,
              "",
            ].join("\n"),
          );
      });
  },
};
