import type { Kernel, KernelParameters, Pack } from "../codegen/index.ts";
import type { DType } from "../ir/index.ts";
import type { BoundPack, Place, Program, ProgramInput, ProgramOutput } from "./program.ts";

/**
 * A program of one step, to run a kernel on its own; `roles` are its constant inputs in their order. What the kernel
 * reads is an input, what it writes an output; outputs keep what they hold before the run, so they serve for `readwrite`
 * too. Throws a plain Error when a constant that is packed was not given.
 */
export function kernelProgram(
  kernel: Kernel,
  parameters: KernelParameters,
  constants: Readonly<Record<string, Uint8Array>>,
): { readonly program: Program; readonly roles: readonly string[] } {
  const inputs: ProgramInput[] = [];
  const outputs: ProgramOutput[] = [];
  const packs: { readonly pack: Pack; readonly base: number }[] = [];
  let weightsBytes = 0;
  const places = kernel.arguments.map((argument): Place => {
    const { name, bytes } = argument;
    if (argument.packs !== undefined) {
      const base = weightsBytes;
      weightsBytes = Math.ceil((base + bytes) / 64) * 64;
      for (const pack of argument.packs(parameters)) packs.push({ pack, base });
      return { space: "weights", offset: base };
    }
    if (argument.access === "read") {
      inputs.push({ kind: "activation", name, dtype: "uint8", bytes });
      return { space: "input", index: inputs.length - 1, offset: 0 };
    }
    outputs.push({ name, dtype: "uint8", dims: [bytes], bytes });
    return { space: "output", index: outputs.length - 1, offset: 0 };
  });
  // A program needs an activation and an output, which a kernel that fills or only reads does not have.
  if (inputs.length === 0) inputs.push({ kind: "activation", name: "unused-input", dtype: "uint8", bytes: 1 });
  if (outputs.length === 0) outputs.push({ name: "unused-output", dtype: "uint8", dims: [0], bytes: 0 });
  const types = roleTypes(packs.map(({ pack }) => pack));
  const roles = [...types.keys()];
  const activations = inputs.length;
  for (const role of roles) {
    const bytes = constants[role];
    if (bytes === undefined) throw new Error(`kernel ${kernel.name} packs ${role}, which was not given`);
    inputs.push({ kind: "constant", name: role, dtype: types.get(role) as DType, bytes: bytes.byteLength });
  }
  const sources = Object.fromEntries(roles.map((role, index) => [role, activations + index]));
  const program: Program = {
    features: kernel.features,
    inputs,
    outputs,
    packs: packs.map(({ pack, base }): BoundPack => ({ pack, base, sources })),
    kernels: [kernel],
    steps: [{ kernel: 0, places, name: kernel.name }],
    weightsBytes,
    arenaBytes: 0,
  };
  return { program, roles };
}

/** Element types of the roles that packs name; a role that is only copied may have any. */
function roleTypes(packs: readonly Pack[]): Map<string, DType> {
  const types = new Map<string, DType>();
  const note = (role: string | undefined, dtype: DType): void => {
    if (role !== undefined && (dtype !== "uint8" || !types.has(role))) types.set(role, dtype);
  };
  for (const pack of packs)
    switch (pack.kind) {
      case "copy":
        note(pack.from, "uint8");
        break;
      case "literal":
        break;
      case "fold-bias":
        note(pack.weights, "int8");
        note(pack.bias, "int32");
        break;
      case "multiplier":
        note(pack.weightScale, "float32");
        break;
      case "winograd-f32":
      case "bf16":
        note(pack.from, "float32");
        break;
      case "winograd-s16":
        note(pack.from, "int8");
        note(pack.weightScale, "float32");
    }
  return types;
}
