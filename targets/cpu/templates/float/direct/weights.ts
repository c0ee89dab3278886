import type { KernelArgument, Pack } from "../../../../../src/codegen/index.ts";
import type { ChannelRun } from "../../weight-runs.ts";
import { channelRuns, tapLoops } from "../../weight-runs.ts";
import type { DirectPlan } from "./plan.ts";
import { blockBytes, stepsOf } from "./plan.ts";

/** Packed bytes of a slice. */
export function sliceBytes(plan: DirectPlan): number {
  const { full, vectors, restVectors } = plan.blocks;
  return full * blockBytes(plan, vectors) + blockBytes(plan, restVectors);
}

/**
 * The argument `weights`: `[slice][block][tap][step][channel of the block][input of the step]`, zeros where channels only
 * fill the last vector.
 */
export function weightsArgument(plan: DirectPlan): KernelArgument {
  return {
    name: "weights",
    bytes: plan.workload.slices * sliceBytes(plan),
    access: "read",
    alignment: 64,
    packs: () => channelRuns(plan.workload, plan.blocks, plan.simd.lanes).map((run) => runPack(plan, run)),
  };
}

function runPack(plan: DirectPlan, { source: first, block, count, channel, channels, width }: ChannelRun): Pack {
  const { workload, arithmetic, blocks, simd } = plan;
  const { source, window, slices } = workload;
  const { stepInputs } = arithmetic;
  const taps = window.kernel[0] * window.kernel[1];
  const step = 4 * width;
  const steps = stepsOf(plan) / taps;
  const fullBytes = blockBytes(plan, blocks.vectors);
  const loops = [
    { count: slices, source: source.slice, target: sliceBytes(plan) },
    { count, source: blocks.vectors * simd.lanes * source.output, target: fullBytes },
    ...tapLoops(workload, taps, steps * step),
    { count: steps, source: stepInputs * source.input, target: step },
  ].filter((loop) => loop.count > 1);
  const common = { from: "weights", sourceOffset: first, targetOffset: block * fullBytes + 4 * channel };
  const innermost = { count: channels, source: source.output, target: 4 };
  return stepInputs === 1
    ? { kind: "copy", elementBytes: 4, ...common, loops: [...loops, innermost] }
    : { kind: "bf16", ...common, loops: [...loops, innermost, { count: 2, source: source.input, target: 2 }] };
}
