import type { KernelArgument, Pack } from "../../../../../src/codegen/index.ts";
import type { FloatConvWorkload } from "../../../float-workload.ts";
import type { DirectPlan } from "./plan.ts";
import { blockBytes } from "./plan.ts";

/** The argument `weights`: `[block][tap][input][channel of the block]`, zeros where channels only fill the last vector. */
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

function blockPack({ inputs, outputs, weights, window }: FloatConvWorkload, blocks: PackedBlocks): readonly Pack[] {
  if (blocks.count === 0) return [];
  const taps = window.kernel[0] * window.kernel[1];
  const stride = weights === "io" ? { output: 1, input: outputs } : { output: inputs * taps, input: taps };
  const step = 4 * blocks.width;
  return [
    {
      kind: "copy",
      from: "weights",
      elementBytes: 4,
      sourceOffset: blocks.source * stride.output,
      targetOffset: blocks.target,
      loops: [
        { count: blocks.count, source: blocks.channels * stride.output, target: blocks.blockBytes },
        { count: taps, source: 1, target: inputs * step },
        { count: inputs, source: stride.input, target: step },
        { count: blocks.channels, source: stride.output, target: 4 },
      ].filter(({ count }, index) => count > 1 || index === 3),
    },
  ];
}
