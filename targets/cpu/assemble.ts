import { createHash } from "node:crypto";
import type { Kernel, KernelArgument } from "../../src/codegen/index.ts";
import type { DType, Value } from "../../src/ir/index.ts";
import { sizeOf } from "../../src/ir/index.ts";
import type { Place, Program, ProgramInput, ProgramOutput, ProgramStep } from "../../src/region/index.ts";
import type { DeviceFingerprint, Workload } from "../../src/schedule/index.ts";
import { hashJson } from "../../src/schedule/index.ts";
import type { EmittedStep } from "./layout-memory.ts";
import { indexOf, layOutWeights, planArena } from "./layout-memory.ts";
import type { LoweredRegion, LoweredStep, Operand } from "./lower/index.ts";
import { sampleShape } from "./lower/index.ts";
import { originText } from "./program-origin.ts";
import type { Selection } from "./select.ts";

/** A program, and its steps in the order they run, each with what its kernel was emitted from. */
export interface Assembly {
  readonly program: Program;
  readonly steps: readonly { readonly step: LoweredStep; readonly selection: Selection }[];
}

/**
 * Emits the kernels of a lowered region and lays out its memory, in steps between which others may have their turn. `inputs` are all values the region's call passes but
 * the program itself, in their order; `outputs` those it returns.
 */
export function* assemble(
  region: LoweredRegion,
  inputs: readonly Value[],
  outputs: readonly Value[],
  select: (workload: Workload) => Selection,
  device: DeviceFingerprint,
): Generator<void, Assembly> {
  const emitted = yield* emitAll(region.steps, select, device);
  const plan = planArena(region.steps, emitted);
  yield;
  const steps = plan.order.map((index) => region.steps[index] as LoweredStep);
  const chosen = plan.order.map((index) => emitted[index] as EmittedStep);
  const weights = layOutWeights(steps, chosen, inputs);
  const placeOf = (operand: Operand, step: number, argument: string): Place => {
    if (operand.kind === "constant") return { space: "weights", offset: weights.offset(step, argument) };
    if (operand.kind === "storage" && operand.storage.output === undefined)
      return { space: "arena", offset: plan.offset(operand.storage) + operand.offset };
    const value = operand.kind === "storage" ? (operand.storage.output as Value) : operand.value;
    const offset = operand.kind === "storage" ? operand.offset : 0;
    const output = outputs.indexOf(value);
    if (output >= 0) return { space: "output", index: output, offset };
    return { space: "input", index: indexOf(inputs, value), offset };
  };
  const { kernels, indexes } = withoutTwins(chosen.map(({ kernel }) => kernel));
  const originOf = (_: Kernel, kernel: number): Parameters<typeof originText>[1][number] => {
    const step = indexes.indexOf(kernel);
    const { selection } = chosen[step] as EmittedStep;
    return { selection, workload: (steps[step] as LoweredStep).workload };
  };
  const programSteps = steps.map(({ name, operands }, step): ProgramStep => {
    const places = (chosen[step] as EmittedStep).kernel.arguments.map((argument): Place => {
      if (argument.packs !== undefined) return { space: "weights", offset: weights.offset(step, argument.name) };
      return placeOf(operandOf(operands, argument), step, argument.name);
    });
    return { kernel: indexes[step] as number, places, name };
  });
  return {
    steps: steps.map((step, index) => ({ step, selection: (chosen[index] as EmittedStep).selection })),
    program: {
      features: [...new Set(kernels.flatMap((kernel) => kernel.features))],
      inputs: inputs.map(programInput),
      outputs: outputs.map(programOutput),
      packs: weights.packs,
      kernels,
      steps: programSteps,
      weightsBytes: weights.bytes,
      arenaBytes: plan.bytes,
      origin: originText(device, kernels.map(originOf), plan.buffers),
    },
  };
}

/** The kernel of each step; equal workloads share one. */
function* emitAll(
  steps: readonly LoweredStep[],
  select: (workload: Workload) => Selection,
  device: DeviceFingerprint,
): Generator<void, readonly EmittedStep[]> {
  const known = new Map<string, EmittedStep>();
  const emitted: EmittedStep[] = [];
  for (const { workload } of steps) {
    yield;
    const key = hashJson(workload);
    let step = known.get(key);
    if (step === undefined) {
      const selection = select(workload);
      step = { selection, kernel: selection.template.emit(workload, selection.point, device) };
      known.set(key, step);
    }
    emitted.push(step);
  }
  return emitted;
}

/** Kernels of equal code that declare the same are one in the program. */
function withoutTwins(all: readonly Kernel[]): {
  readonly kernels: readonly Kernel[];
  readonly indexes: readonly number[];
} {
  const kernels: Kernel[] = [];
  const known = new Map<string, number>();
  const indexes = all.map((kernel) => {
    const key = hashJson({
      code: createHash("sha256").update(kernel.code).digest("hex"),
      extent: kernel.extent,
      grain: kernel.grain,
      scratchBytes: kernel.scratchBytes,
      arguments: kernel.arguments.map(({ name, bytes, access, alignment }) => ({ name, bytes, access, alignment })),
    });
    const index = known.get(key) ?? kernels.push(kernel) - 1;
    known.set(key, index);
    return index;
  });
  return { kernels, indexes };
}

function operandOf(operands: LoweredStep["operands"], { name }: KernelArgument): Operand {
  const operand = operands[name];
  if (operand === undefined) throw new Error(`a kernel asks for "${name}", which its workload does not have`);
  return operand;
}

function programInput(value: Value): ProgramInput {
  const { constant } = value;
  if (constant === undefined || !value.isConstant) {
    const { dtype, dims } = sampleOf(value);
    return { kind: "activation", name: value.name, dtype, bytes: sizeOf(dims) * borderBytes[dtype] };
  }
  return { kind: "constant", name: value.name, dtype: constant.dtype, bytes: constant.byteLength };
}

function programOutput(value: Value): ProgramOutput {
  const { dtype, dims } = sampleOf(value);
  return { name: value.name, dtype, dims, bytes: sizeOf(dims) * borderBytes[dtype] };
}

/** Bytes of an element of what can cross a border. */
const borderBytes = { float32: 4, uint8: 1, int64: 8, int32: 4 } as const;

function sampleOf(value: Value): { readonly dtype: keyof typeof borderBytes; readonly dims: readonly number[] } {
  const dims = sampleShape(value);
  const dtype = value.type?.kind === "tensor" ? value.type.dtype : undefined;
  if (dims === undefined || dtype === undefined || !crosses(dtype))
    throw new Error(`"${value.name}" cannot cross a region's border`);
  return { dtype, dims };
}

function crosses(dtype: DType): dtype is keyof typeof borderBytes {
  return dtype in borderBytes;
}
