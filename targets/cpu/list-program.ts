import { createHash } from "node:crypto";
import type { Kernel } from "../../src/codegen/index.ts";
import type { DecodedKernel, DecodedProgram } from "../../src/region/index.ts";
import type { DeviceFingerprint } from "../../src/schedule/index.ts";
import { templateId } from "../../src/schedule/index.ts";
import type { KernelListing, ProgramListing } from "../target.ts";
import type { FloatWorkload } from "./float-workload.ts";
import type { EmissionDevice, ProgramOrigin } from "./program-origin.ts";
import { readOrigin } from "./program-origin.ts";
import { templates } from "./templates/index.ts";
import { toolchain } from "./toolchain.ts";
import { workloadText } from "./tuning-tasks.ts";
import type { CpuWorkload } from "./workload.ts";

type KernelOrigin = ProgramOrigin["kernels"][number];

/**
 * Emits the kernels of a program again from what it says it was made from, and lists those that come out the same byte
 * by byte. Undefined when it says nothing that can be read.
 */
export function listProgram(program: DecodedProgram): ProgramListing | undefined {
  const origin = readOrigin(program.origin);
  if (origin === undefined || origin.kernels.length !== program.kernels.length) return undefined;
  return {
    isa: origin.device.isa,
    kernels: origin.kernels.map((kernel, index) => list(kernel, origin, program.kernels[index] as DecodedKernel)),
    buffers: origin.buffers,
  };
}

function list(kernel: KernelOrigin, { emitter, device }: ProgramOrigin, found: DecodedKernel): KernelListing {
  const { template, point, workload } = kernel;
  const facts = { template, point, workload: describe(workload) };
  if (emitter !== toolchain.emitter)
    return { ...facts, missing: `it was made by emitter ${emitter}, this is ${toolchain.emitter}` };
  const emitted = emitAgain(kernel, device);
  if ("missing" in emitted) return { ...facts, ...emitted };
  const [digest, other] = [found, emitted].map(({ code }) => createHash("sha256").update(code).digest("hex"));
  if (digest !== other) return { ...facts, missing: `${template} emits other code now (sha256 ${other})` };
  return { ...facts, listing: emitted.listing() };
}

function describe(workload: KernelOrigin["workload"]): string {
  try {
    return workloadText(workload as unknown as CpuWorkload | FloatWorkload);
  } catch {
    return workload.op;
  }
}

function emitAgain(
  { template: id, point, workload }: KernelOrigin,
  facts: EmissionDevice,
): Kernel | { readonly missing: string } {
  const template = templates.find((candidate) => templateId(candidate) === id);
  if (template === undefined) return { missing: `this version has no ${id}` };
  const device: DeviceFingerprint = {
    ...{ kind: "cpu", vendor: "", name: "", family: 0, model: 0, cores: 1, threads: 1 },
    ...facts,
  };
  try {
    // What the file says may be made up: a point outside the space could emit without end.
    if (!template.matches(workload, device)) return { missing: `${id} does not compute what the program says` };
    const space = template.space(workload, device);
    const isKnown = space.parameters.every(({ name, values }) => values.includes(point[name] as number));
    if (!isKnown || !space.legal(point)) return { missing: `${id} does not have the point the program says` };
    return template.emit(workload, point, device);
  } catch (error) {
    return { missing: `${id} fails: ${error instanceof Error ? error.message : String(error)}` };
  }
}
