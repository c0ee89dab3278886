import type { Kernel, KernelArgument } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type {
  Bf16ConvWorkload,
  FloatConvWorkload,
  FloatGroupedConvWorkload,
  FloatTransposedConvWorkload,
} from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import type { Simd } from "../bytes/simd.ts";
import { hasBf16, requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument, biasArgument, epilogueArguments } from "./arguments.ts";
import { directCost } from "./direct/cost.ts";
import { emitDirect } from "./direct/emit.ts";
import { gatherArgument } from "./direct/gather.ts";
import type { DirectPlan, DirectProduct, DirectWorkload } from "./direct/plan.ts";
import { directPoint, directProduct, planDirect, shareCount, stepsOf } from "./direct/plan.ts";
import { directSeed, directSpace } from "./direct/space.ts";
import { weightsArgument } from "./direct/weights.ts";
import type { FloatEpilogueEmitter } from "./epilogue.ts";
import { floatEpilogueEmitter } from "./epilogue.ts";
import { describePoint } from "../point-numbers.ts";
import { threadGrain } from "../thread-grain.ts";

/** Steps worth waking a thread for: a few microseconds. */
const threadWork = 250_000;

/**
 * Convolutions and matrix products of float32 as sums over register tiles. Bound: 1e-5 of the output's standard
 * deviation.
 */
export const directF32: Template<FloatConvWorkload> = direct(
  "direct-f32",
  (workload, device): workload is FloatConvWorkload => workload.op === "conv-f32" && simdOf(device) !== undefined,
);

/**
 * The same in pairs of bfloat16, added up in float32: twice the products an instruction. Bound: as for float32, of the
 * sums over weights rounded to bfloat16.
 */
export const directBf16: Template<Bf16ConvWorkload> = direct(
  "direct-bf16",
  (workload, device): workload is Bf16ConvWorkload => workload.op === "conv-bf16" && hasBf16(device),
);

/** The same for grouped convolutions, group by group; small groups share the lanes of a vector. */
export const directGroupedF32: Template<FloatGroupedConvWorkload> = direct(
  "direct-grouped-f32",
  (workload, device): workload is FloatGroupedConvWorkload =>
    workload.op === "grouped-f32" && simdOf(device) !== undefined,
);

/** The same for phases of transposed convolutions. */
export const directTransposedF32: Template<FloatTransposedConvWorkload> = direct(
  "direct-transposed-f32",
  (workload, device): workload is FloatTransposedConvWorkload =>
    workload.op === "transposed-f32" && simdOf(device) !== undefined,
);

function direct<W extends DirectWorkload>(name: string, matches: Template<W>["matches"]): Template<W> {
  const productOf = (workload: W, device: DeviceFingerprint): readonly [DirectProduct, Simd] => {
    const simd = requireSimd(device);
    return [directProduct(workload, simd), simd];
  };
  const planOf = (workload: W, point: Point, device: DeviceFingerprint): DirectPlan => {
    const [product, simd] = productOf(workload, device);
    return planDirect(product, directPoint(point), simd);
  };
  return {
    ...{ name, version: 1, correctness: "bounded", matches },
    space: (workload, device) => directSpace(...productOf(workload, device)),
    seed: (workload, device) => directSeed(...productOf(workload, device), device),
    emit: (workload, point, device) => emit(name, planOf(workload, point, device), point),
    cost: (workload, point, device, figures) => directCost(planOf(workload, point, device), device, figures),
  };
}

function emit(name: string, plan: DirectPlan, point: Point): Kernel {
  const { workload, simd } = plan;
  const epilogue = floatEpilogueEmitter(simd, workload.epilogue);
  const kernelArguments = argumentsOf(plan, epilogue);
  const a = emitDirect(
    plan,
    epilogue,
    kernelArguments.map((argument) => argument.name),
  );
  const extent = plan.point.parallel === 0 ? plan.units : shareCount(plan);
  const work = workload.rows * workload.columns * workload.slices * workload.outputs * stepsOf(plan);
  return finishKernel(a, {
    name: `${name} ${describePoint(point)}`,
    arguments: kernelArguments,
    extent,
    grain: threadGrain(extent, work, threadWork),
  });
}

function argumentsOf(plan: DirectPlan, { function: applied }: FloatEpilogueEmitter): readonly KernelArgument[] {
  const { workload, blocks, simd } = plan;
  const { op, rows, columns, slices, sliceInputs, window, epilogue } = workload;
  const outputs = slices * workload.outputs;
  const reach = (axis: 0 | 1, count: number): number =>
    (count - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const read = { rows: reach(0, rows), columns: reach(1, columns), channels: slices * sliceInputs };
  const padded = outputs - workload.outputs + (blocks.full * blocks.vectors + blocks.restVectors) * simd.lanes;
  return [
    activationArgument("x", read, workload.x, "read", op === "conv-bf16" ? "bf16" : "f32"),
    weightsArgument(plan),
    ...gatherArgument(plan),
    ...(workload.bias ? [biasArgument(outputs, padded, workload.copies)] : []),
    ...(applied.params === undefined ? [] : [applied.params]),
    ...epilogueArguments({ rows, columns, channels: outputs }, epilogue, workload.y),
  ];
}
