import type { CompileOptions } from "../../config/index.ts";
import { writeAtomically } from "../write-result.ts";

/** Writes options as a config file that `--config` reads. */
export function writeConfig(file: string, options: CompileOptions): void {
  writeAtomically(
    file,
    `${JSON.stringify({ $schema: "./node_modules/infer-opt/docs/infer-opt.schema.json", ...options }, null, 2)}\n`,
  );
}
