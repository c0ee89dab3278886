import type { Kernel, KernelArgument } from "../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point, Workload } from "../../../src/schedule/record.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { ConvWorkload, GroupedConvWorkload, Strides, TransposedConvWorkload } from "../workload.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { tableArgument } from "./bytes/constants.ts";
import { paramsArgument } from "./epilogue/constant-rows.ts";
import type { VectorIsa } from "./epilogue/vector-isa.ts";
import { requireVectorIsa, vectorIsaOf } from "./epilogue/vector-isa.ts";
import { igemmCost } from "./igemm/cost.ts";
import { emitIgemm } from "./igemm/emit.ts";
import type { IgemmPlan } from "./igemm/plan.ts";
import { igemmPoint, planIgemm, shareCount } from "./igemm/plan.ts";
import type { IgemmProduct } from "./igemm/product.ts";
import { igemmProduct, shuffledBytes } from "./igemm/product.ts";
import { igemmSeed } from "./igemm/seed.ts";
import { igemmSpace } from "./igemm/space.ts";
import { elementBytes } from "./igemm/tile.ts";
import { igemmChannelArguments, shuffleArgument, stepsOf, weightsArgument } from "./igemm/weights.ts";
import { describePoint } from "./point-numbers.ts";
import { threadGrain } from "./thread-grain.ts";

/** Multiply-accumulates worth waking a thread for: a few microseconds. */
const threadWork = 1e6;

/** Dense convolutions and matrix products of uint8 by int8 as sums of dot products over register tiles. */
export const igemm: Template<ConvWorkload> = igemmTemplate(
  ["igemm", "exact"],
  (workload): workload is ConvWorkload => workload.op === "conv-u8s8" && !hasFunction(workload as ConvWorkload),
);

/** The same with a float32 function in the epilogue, which is approximated. */
export const igemmActivation: Template<ConvWorkload> = igemmTemplate(
  ["igemm-activation", "bounded"],
  (workload): workload is ConvWorkload => workload.op === "conv-u8s8" && hasFunction(workload as ConvWorkload),
);

/** The same for grouped convolutions, group by group; small groups share the lanes of a vector. */
export const igemmGrouped: Template<GroupedConvWorkload> = igemmTemplate(
  ["igemm-grouped", "exact"],
  (workload): workload is GroupedConvWorkload =>
    workload.op === "grouped-u8s8" && !hasFunction(workload as GroupedConvWorkload),
);

/** The same for phases of transposed convolutions: equal to the reference, which ONNX Runtime's float32 may leave by a step. */
export const igemmTransposed: Template<TransposedConvWorkload> = igemmTemplate(
  ["igemm-transposed", "bounded"],
  (workload): workload is TransposedConvWorkload =>
    workload.op === "transposed-u8s8" && !hasFunction(workload as TransposedConvWorkload),
);

type IgemmWorkload = ConvWorkload | GroupedConvWorkload | TransposedConvWorkload;

function igemmTemplate<W extends IgemmWorkload>(
  [name, correctness]: readonly [string, Template["correctness"]],
  suits: (workload: Workload) => workload is W,
): Template<W> {
  const productOf = (workload: W, device: DeviceFingerprint): readonly [IgemmProduct, VectorIsa] => {
    const isa = requireVectorIsa(device);
    return [igemmProduct(workload, isa.lanes), isa];
  };
  const planOf = (workload: W, point: Point, device: DeviceFingerprint): IgemmPlan => {
    const [product, isa] = productOf(workload, device);
    return planIgemm(product, igemmPoint(point), isa);
  };
  return {
    ...{ name, version: 1, correctness },
    matches: (workload, device): workload is W => vectorIsaOf(device) !== undefined && suits(workload),
    space: (workload, device) => igemmSpace(...productOf(workload, device)),
    seed: (workload, device) => igemmSeed(...productOf(workload, device), device),
    emit: (workload, point, device) => emit(planOf(workload, point, device), point),
    cost: (workload, point, device, figures) => igemmCost(planOf(workload, point, device), device, figures),
  };
}

function hasFunction({ epilogue }: Pick<ConvWorkload, "epilogue">): boolean {
  return epilogue.activation !== undefined;
}

function emit(plan: IgemmPlan, point: Point): Kernel {
  const { workload, geometry } = plan;
  const kernelArguments = argumentsOf(plan);
  const roles = kernelArguments.map(({ name }) => name);
  const extent = plan.point.parallel === 0 ? plan.units : shareCount(plan);
  const outputs = workload.slices * workload.outputs;
  const work = workload.rows * workload.columns * outputs * geometry.runs * geometry.runBytes;
  return finishKernel(emitIgemm(plan, roles), {
    name: `igemm ${describePoint(point)}`,
    arguments: kernelArguments,
    extent,
    grain: threadGrain(extent, work, threadWork),
  });
}

function argumentsOf(plan: IgemmPlan): readonly KernelArgument[] {
  const { workload, geometry, isa } = plan;
  const { epilogue, outputs, slices, sliceInputs, gather } = workload;
  const params = paramsArgument(epilogue, isa);
  const last = ({ row, pixel }: Strides, sliceChannels: number): number =>
    (geometry.rows - 1) * row + (geometry.columns - 1) * pixel + (slices - 1) * sliceChannels;
  const lastRun = geometry.taps.reduce((sum, { count, step }) => sum + (count - 1) * step, 0);
  const lastStep = gather === undefined ? plan.step : shuffledBytes;
  const activation = (name: string, bytes: number, access: KernelArgument["access"]): KernelArgument => ({
    ...{ name, bytes, access, alignment: 1 },
  });
  return [
    activation("x", last(geometry.x, sliceInputs) + lastRun + (stepsOf(plan) - 1) * plan.step + lastStep, "read"),
    weightsArgument(plan),
    ...(gather === undefined ? [] : [shuffleArgument(plan, gather)]),
    ...igemmChannelArguments(plan),
    ...(params === undefined ? [] : [params]),
    ...(epilogue.table ? [tableArgument()] : []),
    ...(geometry.residual === undefined
      ? []
      : [
          activation("residual", last(geometry.residual, outputs) + Math.ceil(outputs / isa.lanes) * isa.lanes, "read"),
        ]),
    activation("y", elementBytes(plan) * (last(geometry.y, outputs) + outputs), "write"),
  ];
}
