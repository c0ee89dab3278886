import type { ChannelOrder, KernelArgument, Pack, PackLoop } from "../../../../src/codegen/index.ts";
import { channelArguments } from "../channel-arguments.ts";
import type { DepthwisePlan } from "./plan.ts";

/** Bytes before the weights: the index vector that puts a row's bytes in order where blocks are natural. */
export const indexBytes = 64;

/** Packed bytes of the weights of one channel in a step. */
const channelBytes = 4;

/** Packed bytes of a vector of weights. */
export function weightVectorBytes({ isa }: Pick<DepthwisePlan, "isa">): number {
  return isa.lanes * channelBytes;
}

/** Packed bytes of a block of `vectors` vectors. */
export function depthwiseBlockBytes(plan: DepthwisePlan, vectors: number): number {
  return plan.steps.length * plan.workload.window.kernel[1] * vectors * weightVectorBytes(plan);
}

/** Channels including those that fill the last vector. */
function paddedChannels({ blocks, isa }: DepthwisePlan): number {
  return (blocks.full * blocks.vectors + blocks.restVectors) * isa.lanes;
}

/**
 * The argument `weights`: an index vector, then `[block][step][column][channel of the block][row of the group]`. Where
 * bytes are widened, a weight is the upper byte of a 16-bit word.
 */
export function depthwiseWeights(plan: DepthwisePlan): KernelArgument {
  const { full, vectors, restVectors, restChannels } = plan.blocks;
  const { lanes } = plan.isa;
  return {
    name: "weights",
    bytes: indexBytes + full * depthwiseBlockBytes(plan, vectors) + depthwiseBlockBytes(plan, restVectors),
    access: "read",
    alignment: 64,
    packs: () => [
      { kind: "literal", targetOffset: 0, bytes: new Uint8Array(rowOrder(lanes).buffer) },
      ...blockPacks(plan, { first: 0, count: full, vectors, channels: vectors * lanes, order: plan.order }),
      ...blockPacks(plan, {
        first: full,
        count: restVectors === 0 ? 0 : 1,
        vectors: restVectors,
        channels: restChannels,
        order: "natural",
      }),
    ],
  };
}

/**
 * Double words of a row as interleaving within 128-bit lanes needs them for natural order: the j-th of lane l is the
 * l-th of vector j.
 */
function rowOrder(lanes: number): Int32Array {
  return Int32Array.from({ length: 16 }, (_, i) => (i < lanes ? (lanes / 4) * (i % 4) + Math.floor(i / 4) : 0));
}

interface BlockRange {
  /** Index of the first block: all before it are full. */
  readonly first: number;
  readonly count: number;
  readonly vectors: number;
  readonly channels: number;
  readonly order: ChannelOrder;
}

function blockPacks(plan: DepthwisePlan, { first, count, vectors, channels, order }: BlockRange): readonly Pack[] {
  if (count === 0) return [];
  const { workload, groupRows, steps, blocks, isa } = plan;
  const [kh, kw] = workload.window.kernel;
  const taps = kh * kw;
  const vectorBytes = weightVectorBytes(plan);
  const [rowBytes, place] = groupRows === 2 ? [2, 1] : [1, 0];
  const fullBytes = depthwiseBlockBytes(plan, blocks.vectors);
  const fullChannels = blocks.vectors * isa.lanes;
  return steps.map(({ at, kernelRow, taps: rows }, step): Pack => ({
    kind: "copy",
    from: "weights",
    elementBytes: 1,
    sourceOffset: first * fullChannels * taps + kernelRow * kw,
    targetOffset: indexBytes + first * fullBytes + step * kw * vectors * vectorBytes + at * rowBytes + place,
    loops: [
      { count, source: fullChannels * taps, target: fullBytes },
      { count: kw, source: 1, target: vectors * vectorBytes },
      ...channelLoops(order, channels, taps),
      { count: rows, source: kw, target: rowBytes },
    ].filter((loop) => loop.count > 1),
  }));
}

/** Quads: vector j, lane l, element d is channel 16 l + 4 j + d. */
function channelLoops(order: ChannelOrder, channels: number, taps: number): readonly PackLoop[] {
  if (order === "natural") return [{ count: channels, source: taps, target: channelBytes }];
  return [
    { count: 4, source: 4 * taps, target: 16 * channelBytes },
    { count: 4, source: 16 * taps, target: 4 * channelBytes },
    { count: 4, source: taps, target: channelBytes },
  ];
}

/** The arguments `bias` and, where sums are scaled, `multiplier`. */
export function depthwiseChannelArguments(plan: DepthwisePlan): readonly KernelArgument[] {
  const { workload, order } = plan;
  const taps = workload.window.kernel[0] * workload.window.kernel[1];
  return channelArguments({
    ...{ epilogue: workload.epilogue, bias: workload.bias, channels: workload.channels, order },
    padded: paddedChannels(plan),
    channelStride: taps,
    loops: [{ count: taps, source: 1, target: 0 }],
  });
}
