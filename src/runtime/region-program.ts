import type { Model, Node } from "../ir/index.ts";
import type { DecodedProgram } from "../region/index.ts";
import { calledLevels, decodeProgram, featureBits } from "../region/index.ts";

/** The program of a region's call that runs on a CPU, with the contents of its constant inputs. */
export interface RunnableProgram {
  readonly program: DecodedProgram;
  readonly bytes: Uint8Array;
  readonly constants: readonly Uint8Array[];
}

/** The best program of a call that needs no more than the features; undefined where there is none. */
export function runnableProgram(model: Model, call: Node, features: number): RunnableProgram | undefined {
  for (const { program: tensor } of calledLevels(model, call)) {
    const bytes = tensor?.bytes();
    const program = bytes === undefined ? undefined : decodeProgram(bytes);
    if (bytes === undefined || program === undefined || "malformed" in program) continue;
    const needed = featureBits(program.features);
    if ((features & needed) !== needed) continue;
    const constants = program.inputs.flatMap(({ kind }, i) =>
      kind === "constant" ? [call.inputs[i]?.constant?.bytes() ?? new Uint8Array(0)] : [],
    );
    return { program, bytes, constants };
  }
  return undefined;
}
