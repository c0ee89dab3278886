import type { KernelArgument, Pack } from "../../../../../src/codegen/index.ts";
import type { DirectPlan, DirectWorkload } from "./plan.ts";
import { arithmeticOf, blockBytes } from "./plan.ts";

/** The argument `weights`: `[block][tap][step][channel of the block][input of the step]`, zeros where channels only fill the last vector. */
export function weightsArgument(plan: DirectPlan): KernelArgument {
  const { full, vectors, restVectors, restChannels } = plan.blocks;
  const lanes = plan.simd.lanes;
  const fullBytes = blockBytes(plan, vectors);
  return {
    name: "weights",
    bytes: full * fullBytes + blockBytes(plan, restVectors),
    access: "read",
    alignment: 64,
    packs: () => [
      ...blockPack(plan.workload, {
        ...{ count: full, source: 0, target: 0 },
        ...{ blockBytes: fullBytes, channels: vectors * lanes, width: vectors * lanes },
      }),
      ...blockPack(plan.workload, {
        ...{ count: restVectors > 0 ? 1 : 0, source: full * vectors * lanes, target: full * fullBytes },
        ...{ blockBytes: 0, channels: restChannels, width: restVectors * lanes },
      }),
    ],
  };
}

interface PackedBlocks {
  readonly count: number;
  /** First channel, and the byte where its block begins. */
  readonly source: number;
  readonly target: number;
  readonly blockBytes: number;
  readonly channels: number;
  /** Channels with those that fill the last vector. */
  readonly width: number;
}

function blockPack(workload: DirectWorkload, blocks: PackedBlocks): readonly Pack[] {
  if (blocks.count === 0) return [];
  const { inputs, outputs, weights, window } = workload;
  const { stepInputs } = arithmeticOf(workload);
  const taps = window.kernel[0] * window.kernel[1];
  const stride = weights === "io" ? { output: 1, input: outputs } : { output: inputs * taps, input: taps };
  const steps = inputs / stepInputs;
  const step = 4 * blocks.width;
  const loops = [
    { count: blocks.count, source: blocks.channels * stride.output, target: blocks.blockBytes },
    { count: taps, source: 1, target: steps * step },
    { count: steps, source: stepInputs * stride.input, target: step },
    { count: blocks.channels, source: stride.output, target: 4 },
  ].filter(({ count }, index) => count > 1 || index === 3);
  const common = {
    from: "weights",
    sourceOffset: blocks.source * stride.output,
    targetOffset: blocks.target,
  };
  return stepInputs === 1
    ? [{ kind: "copy", elementBytes: 4, ...common, loops }]
    : [{ kind: "bf16", ...common, loops: [...loops, { count: 2, source: stride.input, target: 2 }] }];
}
