import type { CpuFeature, Kernel, KernelParameters, Pack } from "../../../src/codegen/index.ts";
import type { DType } from "../../../src/ir/index.ts";
import { digestConstants, encodeProgram, featureBits } from "../../../src/region/encode-program.ts";
import type { BoundPack, Place, Program, ProgramInput, ProgramOutput } from "../../../src/region/program.ts";
import { loadHostLibrary } from "../../../src/runtime/native.ts";

/** The host library, or why it is missing: `test.skipIf(hostMissing !== undefined)`. */
export const host = loadHostLibrary();

/** Why kernels cannot run here; undefined when they can. */
export const hostMissing = "missing" in host ? host.missing : undefined;

/** True when this CPU has all the features. */
export function canRun(features: readonly CpuFeature[]): boolean {
  return !("missing" in host) && (featureBits(features) & ~host.features) === 0;
}

/** What untouched bytes hold, so that a kernel which reads more than it should shows. */
const poison = 0xa5;

/** Bytes behind every output that must keep their poison. */
const margin = 64;

/**
 * Runs one kernel over its whole extent. `buffers` holds the activations by argument name: contents of what is read,
 * contents before the run of what is written (poison when left out). `constants` holds what packs read, by role.
 * Returns what is written, by argument name, as long as what was given, else the argument's bytes.
 */
export function runKernel(
  kernel: Kernel,
  buffers: Readonly<Record<string, Uint8Array>>,
  parameters: KernelParameters = { numbers: {}, tables: {} },
  constants: Readonly<Record<string, Uint8Array>> = {},
  { threads = 1 }: { readonly threads?: number } = {},
): Record<string, Uint8Array> {
  if ("missing" in host) throw new Error(host.missing);
  const { program, roles } = kernelProgram(kernel, parameters, constants);
  const used = roles.map((role) => constants[role] as Uint8Array);
  const loaded = host.load(encodeProgram(program, digestConstants(used)), used);
  try {
    const fill = ({ name, bytes }: { readonly name: string; readonly bytes: number }): Uint8Array => {
      const buffer = host.allocate(bytes + margin).fill(poison);
      const given = buffers[name] ?? new Uint8Array(0);
      if (given.byteLength > bytes) throw new Error(`argument ${name} has ${bytes} bytes, ${given.byteLength} given`);
      buffer.set(given);
      return buffer;
    };
    const outputs = program.outputs.map(fill);
    loaded.run(program.inputs.filter(({ kind }) => kind === "activation").map(fill), outputs, { threads });
    const results: Record<string, Uint8Array> = {};
    program.outputs.forEach(({ name, bytes }, index) => {
      const output = outputs[index] as Uint8Array;
      if (output.subarray(bytes).some((byte) => byte !== poison))
        throw new Error(`kernel ${kernel.name} wrote behind ${name}`);
      if (bytes > 0) results[name] = output.slice(0, buffers[name]?.byteLength ?? bytes);
    });
    return results;
  } finally {
    loaded.free();
  }
}

/** A program of one step. Outputs keep what they hold before the run, so they serve for `readwrite` too. */
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
        note(pack.from, "float32");
        break;
      case "winograd-s16":
        note(pack.from, "int8");
        note(pack.weightScale, "float32");
    }
  return types;
}
