import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import type { MachineFigures } from "../../../../src/schedule/template.ts";
import type { Core } from "../float/core.ts";
import { registerCount } from "../float/vectors.ts";
import { bandwidth, coreOf } from "../float/core.ts";
import type { WinogradPlan } from "./plan.ts";
import { splitBlock } from "./plan.ts";

/** Share of the time in which weights come from the second cache that products do not hide (measured on Zen 5). */
const streamShare = 0.15;

/** Predicted nanoseconds on one thread: both transforms, products, and what comes from beyond the first cache. */
export function winogradCost(plan: WinogradPlan, device: DeviceFingerprint, figures?: MachineFigures): number {
  const core = coreOf(device, figures);
  const { costs, simd } = plan.arithmetic;
  const { workload, arithmetic, point, points, tiles, tileBlocks, channelBlocks, block, lastBlock } = plan;
  const inputVectors = Math.ceil(workload.inputs / (simd.lanes * arithmetic.stepInputs));
  const outputVectors = Math.ceil(workload.outputs / simd.lanes);
  let cycles = tiles * points * (costs.input * inputVectors + costs.output * outputVectors);
  for (const [count, size] of [
    [tileBlocks - 1, block],
    [1, lastBlock],
  ] as const) {
    const split = splitBlock(plan, size);
    for (const [width, groups] of [
      [split.width, split.wide],
      [split.width - 1, split.narrow],
    ] as const)
      cycles += count * points * channelBlocks * groups * productCycles(plan, width, core, device);
  }
  // A block of tiles reads all weights, each block of channels all transformed inputs.
  const inputBytes = points * plan.inputs.point;
  const traffic =
    (tileBlocks * plan.weightsBytes * (point.prefetch > 0 ? 0.7 : 1)) / bandwidth(core, device, plan.weightsBytes) +
    (tileBlocks * (channelBlocks + 1) * inputBytes) / (2 * bandwidth(core, device, plan.scratchBytes));
  return (cycles + costs.traffic * traffic) / core.gigahertz;
}

function productCycles(
  { steps, arithmetic, point, weightsBlock }: WinogradPlan,
  width: number,
  { fmas, loads, latency, l2 }: Core,
  device: DeviceFingerprint,
): number {
  const { vectors } = point;
  const { costs, simd } = arithmetic;
  const accumulators = width * vectors;
  const embedded = simd.name === "avx512" && (vectors === 1 || accumulators + vectors >= registerCount(simd));
  const loaded = embedded ? accumulators + vectors : width + vectors;
  const step = Math.max(accumulators / fmas, loaded / loads, latency);
  const streamed = weightsBlock > device.l1dKiB * 1024 * 0.6 ? weightsBlock / l2 : 0;
  const products = Math.max(steps * step, streamed) + streamShare * streamed;
  const sums = arithmetic.sumSteps === undefined ? 1 : 1 + Math.ceil(steps / arithmetic.sumSteps);
  return products + sums * accumulators * costs.accumulator + costs.tile;
}
