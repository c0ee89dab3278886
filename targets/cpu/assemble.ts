import { createHash } from "node:crypto";
import type { Kernel, KernelArgument } from "../../src/codegen/index.ts";
import type { Value } from "../../src/ir/index.ts";
import { sizeOf } from "../../src/ir/index.ts";
import type { BoundPack, Place, Program, ProgramInput, ProgramOutput, ProgramStep } from "../../src/region/index.ts";
import { planMemory } from "../../src/region/index.ts";
import type { DeviceFingerprint, Workload } from "../../src/schedule/index.ts";
import type { Storage } from "./lower/buffers.ts";
import type { LoweredRegion, LoweredStep, Operand } from "./lower/index.ts";
import { sampleShape } from "./lower/index.ts";
import type { Selection } from "./select.ts";

/** A program with the kernel each step got. */
export interface Assembly {
  readonly program: Program;
  readonly selections: readonly Selection[];
}

/**
 * Emits the kernels of a lowered region and lays out its memory. `inputs` are all values the region's call passes but
 * the program itself, in their order; `outputs` those it returns.
 */
export function assemble(
  region: LoweredRegion,
  inputs: readonly Value[],
  outputs: readonly Value[],
  select: (workload: Workload) => Selection,
  device: DeviceFingerprint,
): Assembly {
  const selections = region.steps.map(({ workload }) => select(workload));
  const kernels: Kernel[] = [];
  const kernelIndex = new Map<string, number>();
  const indexes = region.steps.map(({ workload }, step) => {
    const { template, point } = selections[step] as Selection;
    const kernel = template.emit(workload, point, device);
    const key = `${createHash("sha256").update(kernel.code).digest("hex")} ${kernel.extent}`;
    const known = kernelIndex.get(key);
    if (known !== undefined) return known;
    kernelIndex.set(key, kernels.length);
    return kernels.push(kernel) - 1;
  });
  const kernelOf = (step: number): Kernel => kernels[indexes[step] as number] as Kernel;
  const arena = layOutArena(region.steps, kernelOf);
  const weights = layOutWeights(region.steps, kernelOf, inputs);
  const steps = region.steps.map(({ name, operands }, step): ProgramStep => {
    const places = kernelOf(step).arguments.map((argument): Place => {
      if (argument.packs !== undefined) return { space: "weights", offset: weights.offset(step, argument.name) };
      return placeOf(operandOf(operands, argument), step, argument.name);
    });
    return { kernel: indexes[step] as number, places, name };
  });
  function placeOf(operand: Operand, step: number, argument: string): Place {
    if (operand.kind === "constant") return { space: "weights", offset: weights.offset(step, argument) };
    if (operand.kind === "storage" && operand.storage.output === undefined)
      return { space: "arena", offset: arena.offset(operand.storage) + operand.offset };
    const value = operand.kind === "storage" ? (operand.storage.output as Value) : operand.value;
    const offset = operand.kind === "storage" ? operand.offset : 0;
    const output = outputs.indexOf(value);
    if (output >= 0) return { space: "output", index: output, offset };
    return { space: "input", index: indexOf(inputs, value), offset };
  }
  const features = [...new Set(kernels.flatMap((kernel) => kernel.features))];
  return {
    selections,
    program: {
      features,
      inputs: inputs.map(programInput),
      outputs: outputs.map(programOutput),
      packs: weights.packs,
      kernels,
      steps,
      weightsBytes: weights.bytes,
      arenaBytes: arena.bytes,
    },
  };
}

function operandOf(operands: LoweredStep["operands"], { name }: KernelArgument): Operand {
  const operand = operands[name];
  if (operand === undefined) throw new Error(`a kernel asks for "${name}", which its workload does not have`);
  return operand;
}

function indexOf(values: readonly Value[], value: Value): number {
  const index = values.indexOf(value);
  if (index < 0) throw new Error(`"${value.name}" does not cross the region's border`);
  return index;
}

/** Arena offsets of the storages: as long as the furthest byte a kernel touches, alive from first to last step. */
function layOutArena(
  steps: readonly LoweredStep[],
  kernelOf: (step: number) => Kernel,
): { readonly bytes: number; offset(storage: Storage): number } {
  const items = new Map<Storage, { id: number; bytes: number; first: number; last: number }>();
  for (const [step, { operands }] of steps.entries())
    for (const argument of kernelOf(step).arguments) {
      const operand = operands[argument.name];
      if (operand?.kind !== "storage" || operand.storage.output !== undefined) continue;
      const { storage, offset } = operand;
      const item = items.get(storage) ?? { id: storage.id, bytes: 0, first: step, last: step };
      item.bytes = Math.max(item.bytes, offset + argument.bytes);
      item.last = step;
      items.set(storage, item);
    }
  const plan = planMemory([...items.values()]);
  const offsets = new Map([...items.keys()].map((storage) => [storage, plan.offsets.get(storage.id) as number]));
  return { bytes: plan.bytes, offset: (storage) => offsets.get(storage) as number };
}

const ALIGNMENT = 64;

/** Packed constants one after the other, in the order of execution: what runs next is read next. */
function layOutWeights(
  steps: readonly LoweredStep[],
  kernelOf: (step: number) => Kernel,
  inputs: readonly Value[],
): { readonly bytes: number; readonly packs: readonly BoundPack[]; offset(step: number, argument: string): number } {
  const packs: BoundPack[] = [];
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [step, { constants, parameters, operands }] of steps.entries())
    for (const argument of kernelOf(step).arguments) {
      const operand = operands[argument.name];
      if (argument.packs === undefined && operand?.kind !== "constant") continue;
      const base = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      offsets.set(`${step} ${argument.name}`, base);
      end = base + argument.bytes;
      if (argument.packs === undefined && operand?.kind === "constant") {
        packs.push(constantPack(operand.value, base, inputs));
        continue;
      }
      const sources = Object.fromEntries(
        Object.entries(constants).map(([role, value]) => [role, indexOf(inputs, value)]),
      );
      for (const pack of argument.packs?.(parameters) ?? []) packs.push({ pack, base, sources });
    }
  return { bytes: end, packs, offset: (step, argument) => offsets.get(`${step} ${argument}`) as number };
}

/** A constant operand, copied as it is. */
function constantPack(value: Value, base: number, inputs: readonly Value[]): BoundPack {
  const count = sizeOf(value.constant?.shape ?? []);
  return {
    base,
    sources: { value: indexOf(inputs, value) },
    pack: {
      ...{ kind: "copy", from: "value", elementBytes: 1, sourceOffset: 0, targetOffset: 0 },
      loops: [{ count, source: 1, target: 1 }],
    },
  };
}

function programInput(value: Value): ProgramInput {
  const { constant } = value;
  if (constant === undefined || !value.isConstant) {
    const { dtype, dims } = sampleOf(value);
    return { kind: "activation", name: value.name, dtype, bytes: sizeOf(dims) * (dtype === "float32" ? 4 : 1) };
  }
  return { kind: "constant", name: value.name, dtype: constant.dtype, bytes: constant.byteLength };
}

function programOutput(value: Value): ProgramOutput {
  const { dtype, dims } = sampleOf(value);
  return { name: value.name, dtype, dims, bytes: sizeOf(dims) * (dtype === "float32" ? 4 : 1) };
}

function sampleOf(value: Value): { readonly dtype: "float32" | "uint8"; readonly dims: readonly number[] } {
  const dims = sampleShape(value);
  const dtype = value.type?.kind === "tensor" ? value.type.dtype : undefined;
  if (dims === undefined || (dtype !== "float32" && dtype !== "uint8"))
    throw new Error(`"${value.name}" cannot cross a region's border`);
  return { dtype, dims };
}
