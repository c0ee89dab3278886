import type { Kernel, KernelArgument } from "../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point, Workload } from "../../../src/schedule/record.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { ConvWorkload } from "../workload.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { paramsArgument, tableArgument } from "./epilogue/constant-rows.ts";
import { requireVectorIsa, vectorIsaOf } from "./epilogue/vector-isa.ts";
import { igemmCost } from "./igemm-cost.ts";
import { emitIgemm } from "./igemm-emit.ts";
import type { IgemmPlan } from "./igemm-plan.ts";
import { blockCount, igemmPoint, planIgemm } from "./igemm-plan.ts";
import { igemmSeed } from "./igemm-seed.ts";
import { igemmSpace } from "./igemm-space.ts";
import { elementBytes } from "./igemm-tile.ts";
import { igemmChannelArguments, stepsOf, weightsArgument } from "./igemm-weights.ts";
import { describePoint } from "./float/point-numbers.ts";
import { threadGrain } from "./thread-grain.ts";

/** Multiply-accumulates worth waking a thread for: a few microseconds. */
const threadWork = 1e6;

/** Dense convolutions and matrix products of uint8 by int8 as sums of dot products over register tiles. */
export const igemm: Template<ConvWorkload> = {
  name: "igemm",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is ConvWorkload =>
    isProduct(workload, device) && workload.epilogue.activation === undefined,
  space: (workload, device) => igemmSpace(workload, requireVectorIsa(device)),
  seed: (workload, device) => igemmSeed(workload, requireVectorIsa(device), device),
  emit: (workload, point, device) => emit(workload, point, device),
  cost: (workload, point, device) =>
    igemmCost(planIgemm(workload, igemmPoint(point), requireVectorIsa(device)), device),
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

function emit(workload: ConvWorkload, point: Point, device: DeviceFingerprint): Kernel {
  const plan = planIgemm(workload, igemmPoint(point), requireVectorIsa(device));
  const kernelArguments = argumentsOf(plan);
  const roles = kernelArguments.map(({ name }) => name);
  const { parallel } = plan.point;
  const extent = parallel === 0 ? plan.units : blockCount(plan);
  const work = workload.rows * workload.columns * workload.outputs * plan.geometry.runs * plan.geometry.runBytes;
  return finishKernel(emitIgemm(plan, roles), {
    name: `igemm ${describePoint(point)}`,
    arguments: kernelArguments,
    extent,
    grain: threadGrain(extent, work, threadWork),
  });
}

function argumentsOf(plan: IgemmPlan): readonly KernelArgument[] {
  const { workload, geometry, isa } = plan;
  const { epilogue, outputs } = workload;
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
    ...igemmChannelArguments(plan),
    ...(params === undefined ? [] : [params]),
    ...(epilogue.table ? [tableArgument()] : []),
    ...(geometry.residual === undefined
      ? []
      : [activation("residual", last(geometry.residual) + Math.ceil(outputs / isa.lanes) * isa.lanes, "read")]),
    activation("y", elementBytes(plan) * (last(geometry.y) + outputs), "write"),
  ];
}
