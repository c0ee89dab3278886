import type { Kernel, KernelArgument } from "../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point } from "../../../src/schedule/record.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { DepthwiseWorkload } from "../workload.ts";
import { stridedBytes, tableArgument } from "./bytes/constants.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { paramsArgument } from "./epilogue/constant-rows.ts";
import type { VectorIsa } from "./epilogue/vector-isa.ts";
import { requireVectorIsa, vectorIsaOf } from "./epilogue/vector-isa.ts";
import { depthwiseCost } from "./depthwise/cost.ts";
import { emitDepthwise } from "./depthwise/emit.ts";
import type { DepthwisePlan } from "./depthwise/plan.ts";
import { channelBlockCount, depthwisePoint, passCount, planDepthwise } from "./depthwise/plan.ts";
import { depthwiseSeed } from "./depthwise/seed.ts";
import { elementBytes } from "./depthwise/row.ts";
import { depthwiseSpace } from "./depthwise/space.ts";
import { depthwiseChannelArguments, depthwiseWeights } from "./depthwise/weights.ts";
import { describePoint } from "./point-numbers.ts";
import { threadGrain } from "./thread-grain.ts";

/** Multiply-accumulates worth waking a thread for: four microseconds. */
const threadWork = 6e5;

/**
 * Depthwise convolutions of uint8 by int8: rows of x are interleaved, so that one dot product sums the taps of a column
 * of the window in every lane. Where bytes can be multiplied, pairs of 16-bit words are no alternative: 1.3 to 1.6 times
 * slower on Zen 5 at every shape of MobileNet and EfficientNet.
 */
export const depthwise: Template<DepthwiseWorkload> = {
  name: "depthwise",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is DepthwiseWorkload =>
    workload.op === "depthwise-u8s8" && computes(workload as DepthwiseWorkload, vectorIsaOf(device)),
  space: (workload, device) => depthwiseSpace(workload, requireVectorIsa(device)),
  seed: (workload, device) => depthwiseSeed(workload, requireVectorIsa(device), device),
  emit: (workload, point, device) => emit(workload, point, device),
  cost: (workload, point, device, figures) =>
    depthwiseCost(planDepthwise(workload, depthwisePoint(point), requireVectorIsa(device)), device, figures),
};

/** Products of bytes are summed 256 times too large where they are widened: more taps would overflow. */
const widenedTaps = 256;

function computes({ window, epilogue }: DepthwiseWorkload, isa: VectorIsa | undefined): boolean {
  // Activations that are computed in float32 are at most one step off: not of this template's class.
  if (isa === undefined || epilogue.activation !== undefined) return false;
  return isa.name !== "avx2" || window.kernel[0] * window.kernel[1] <= widenedTaps;
}

function emit(workload: DepthwiseWorkload, point: Point, device: DeviceFingerprint): Kernel {
  const plan = planDepthwise(workload, depthwisePoint(point), requireVectorIsa(device));
  const kernelArguments = argumentsOf(plan);
  const roles = kernelArguments.map(({ name }) => name);
  const extent = plan.point.parallel === 0 ? passCount(plan) : channelBlockCount(plan);
  const { kernel } = workload.window;
  const work = workload.rows * workload.columns * workload.channels * kernel[0] * kernel[1];
  return finishKernel(emitDepthwise(plan, roles), {
    name: `depthwise ${describePoint(point)}`,
    arguments: kernelArguments,
    extent,
    grain: threadGrain(extent, work, threadWork),
  });
}

function argumentsOf(plan: DepthwisePlan): readonly KernelArgument[] {
  const { workload, isa, blocks } = plan;
  const { epilogue, channels, window } = workload;
  const params = paramsArgument(epilogue, isa);
  const activation = (name: string, bytes: number, access: KernelArgument["access"]): KernelArgument => ({
    ...{ name, bytes, access, alignment: 1 },
  });
  const reach = (axis: 0 | 1, outputs: number): number =>
    (outputs - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  // Rows of x are read by whole registers of bytes.
  const lastBlock = (blocks.restVectors > 0 ? blocks.full : blocks.full - 1) * blocks.vectors * isa.lanes;
  const input = {
    rows: reach(0, workload.rows),
    columns: reach(1, workload.columns),
    channels: lastBlock + 4 * isa.lanes,
  };
  const padded = Math.ceil(channels / isa.lanes) * isa.lanes;
  return [
    activation("x", stridedBytes(input, workload.x), "read"),
    depthwiseWeights(plan),
    ...depthwiseChannelArguments(plan),
    ...(params === undefined ? [] : [params]),
    ...(epilogue.table ? [tableArgument()] : []),
    ...(epilogue.residual === undefined
      ? []
      : [activation("residual", stridedBytes({ ...workload, channels: padded }, epilogue.residual), "read")]),
    activation("y", stridedBytes(workload, workload.y, elementBytes(plan)), "write"),
  ];
}
