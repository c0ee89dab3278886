import type { CpuFeature, Kernel, KernelParameters } from "../../../src/codegen/index.ts";
import { digestConstants, encodeProgram, featureBits } from "../../../src/region/encode-program.ts";
import { kernelProgram } from "../../../src/region/kernel-program.ts";
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
