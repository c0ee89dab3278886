import type { Kernel, KernelArgument } from "../../../src/codegen/index.ts";
import { encode, listing, requiredFeatures } from "../../../src/codegen/x86/index.ts";
import type { DeviceFingerprint, Point, Workload } from "../../../src/schedule/record.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { ConvWorkload } from "../workload.ts";
import { paramsArgument, tableArgument } from "./epilogue/constant-rows.ts";
import type { VectorIsa } from "./epilogue/vector-isa.ts";
import { vectorIsaOf } from "./epilogue/vector-isa.ts";
import { igemmCost } from "./igemm-cost.ts";
import { emitIgemm } from "./igemm-emit.ts";
import type { IgemmPlan } from "./igemm-plan.ts";
import { blockCount, igemmPoint, planIgemm } from "./igemm-plan.ts";
import { igemmSeed } from "./igemm-seed.ts";
import { igemmSpace } from "./igemm-space.ts";
import { elementBytes } from "./igemm-tile.ts";
import { channelArguments, stepsOf, weightsArgument } from "./igemm-weights.ts";

/** Multiply-accumulates worth waking a thread for: a few microseconds. */
const threadWork = 1e6;

/** Dense convolutions and matrix products of uint8 by int8 as sums of dot products over register tiles. */
export const igemm: Template<ConvWorkload> = {
  name: "igemm",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is ConvWorkload =>
    isProduct(workload, device) && workload.epilogue.activation === undefined,
  space: (workload, device) => igemmSpace(workload, isaOf(device)),
  seed: (workload, device) => igemmSeed(workload, isaOf(device), device),
  emit: (workload, point, device) => emit(workload, point, device),
  cost: (workload, point, device) => igemmCost(planIgemm(workload, igemmPoint(point), isaOf(device)), device),
};

/** The same with a float32 function in the epilogue, which is approximated. */
export const igemmActivation: Template<ConvWorkload> = {
  ...igemm,
  name: "igemm-activation",
  correctness: "bounded",
  matches: (workload, device): workload is ConvWorkload =>
    isProduct(workload, device) && workload.epilogue.activation !== undefined,
};

function isProduct(workload: Workload, device: DeviceFingerprint): workload is ConvWorkload {
  return workload.op === "conv-u8s8" && vectorIsaOf(device) !== undefined;
}

function isaOf(device: DeviceFingerprint): VectorIsa {
  const isa = vectorIsaOf(device);
  if (isa === undefined) throw new Error("igemm needs AVX2 and FMA");
  return isa;
}

function emit(workload: ConvWorkload, point: Point, device: DeviceFingerprint): Kernel {
  const plan = planIgemm(workload, igemmPoint(point), isaOf(device));
  const kernelArguments = argumentsOf(plan);
  const assembler = emitIgemm(
    plan,
    kernelArguments.map(({ name }) => name),
  );
  const items = assembler.items();
  const { parallel } = plan.point;
  const extent = parallel === 0 ? plan.units : blockCount(plan);
  const work = workload.rows * workload.columns * workload.outputs * plan.geometry.runs * plan.geometry.runBytes;
  return {
    name: `igemm ${Object.entries(point)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
    code: encode(items),
    listing: () => listing(items),
    features: requiredFeatures(items),
    arguments: kernelArguments,
    extent,
    grain: Math.min(extent, Math.max(1, Math.ceil((threadWork * extent) / work))),
    scratchBytes: 0,
  };
}

function argumentsOf(plan: IgemmPlan): readonly KernelArgument[] {
  const { workload, geometry, isa } = plan;
  const { epilogue, outputs } = workload;
  const { bias, multiplier } = channelArguments(plan);
  const params = paramsArgument(epilogue, isa);
  const last = ({ row, pixel }: { row: number; pixel: number }): number =>
    (geometry.rows - 1) * row + (geometry.columns - 1) * pixel;
  const lastRun = geometry.taps.reduce((sum, { count, step }) => sum + (count - 1) * step, 0);
  const activation = (name: string, bytes: number, access: KernelArgument["access"]): KernelArgument => ({
    ...{ name, bytes, access, alignment: 1 },
  });
  return [
    activation("x", last(geometry.x) + lastRun + stepsOf(plan) * plan.step, "read"),
    weightsArgument(plan),
    bias,
    ...(epilogue.out === "s32" ? [] : [multiplier]),
    ...(params === undefined ? [] : [params]),
    ...(epilogue.table ? [tableArgument()] : []),
    ...(geometry.residual === undefined
      ? []
      : [activation("residual", last(geometry.residual) + Math.ceil(outputs / isa.lanes) * isa.lanes, "read")]),
    activation("y", elementBytes(plan) * (last(geometry.y) + outputs), "write"),
  ];
}
