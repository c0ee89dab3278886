import type { Point } from "../../../../src/schedule/record.ts";
import type { Strides } from "../../workload.ts";
import type { Simd } from "../bytes/simd.ts";
import { pointNumbers } from "../point-numbers.ts";
import type { ChannelBlocks, TileSplit } from "../igemm/geometry.ts";
import { splitChannels, splitPixels } from "../igemm/geometry.ts";

const pointNames = ["tile", "pixels", "vectors", "block", "unroll", "prefetch", "parallel"] as const;

/**
 * A point of a Winograd space: outputs of a tile along an axis; tiles and vectors of output channels of a register tile;
 * most tiles that are transformed and multiplied together; steps to unroll; 1 to prefetch the next point's weights; what threads share out: 0
 * blocks of tiles, 1 blocks of output channels.
 */
export type WinogradPoint = Readonly<Record<(typeof pointNames)[number], number>>;

/** Names the numbers of a point. */
export function winogradPoint(point: Point): WinogradPoint {
  return pointNumbers("a Winograd template", pointNames, point);
}

/** A 3×3 convolution of stride 1; strides in elements. */
export interface WinogradWorkload {
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly x: Strides;
  readonly y: Strides;
  readonly epilogue: { readonly residual: Strides | undefined };
}

/** What transformed inputs are multiplied in. */
export interface WinogradArithmetic {
  /** Outputs of a tile along an axis there are transforms for. */
  readonly tiles: readonly (2 | 4)[];
  readonly simd: Simd;
  /** Bytes of an element of x, y and the residual. */
  readonly elementBytes: { readonly x: 4 | 2 | 1; readonly y: 4 | 2 | 1; readonly residual: 4 | 2 | 1 };
  /** Input channels whose transformed values take four bytes: those of one step. */
  readonly stepInputs: 1 | 2;
  /** Adds products of a step: lane by lane in float32, or of pairs of int16 in int32. */
  readonly multiply: "vfmadd231ps" | "vpdpwssd";
  /** Steps that are added up in int32: their sums are added up in float32. Undefined where all is float32. */
  readonly sumSteps: number | undefined;
  readonly costs: WinogradCosts;
}

/** Figures of the cost model that follow from what is computed in, measured on Zen 5. */
export interface WinogradCosts {
  /** Cycles of the transforms for a point and a vector of channels: a load or store and some four sums. */
  readonly input: number;
  readonly output: number;
  /** Cycles of a register tile that are not in its steps, for an accumulator and at all. */
  readonly accumulator: number;
  readonly tile: number;
  /** Share of the time of bytes from beyond the first cache that is not hidden. */
  readonly traffic: number;
}

/** A workload and a point, worked out. Sizes in bytes where not said otherwise. */
export interface WinogradPlan {
  readonly workload: WinogradWorkload;
  readonly arithmetic: WinogradArithmetic;
  readonly point: WinogradPoint;
  /** Inputs and points of a tile along an axis, and points of a tile. */
  readonly size: number;
  readonly points: number;
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly tiles: number;
  /** Tiles of a block, and of the last one. */
  readonly block: number;
  readonly lastBlock: number;
  readonly tileBlocks: number;
  readonly channels: ChannelBlocks;
  readonly channelBlocks: number;
  /** Steps of a product. */
  readonly steps: number;
  /** Scratch: `[point][tile][input channel]` of inputs, then `[point][tile][output channel of a block]` of float32 sums. */
  readonly inputs: ScratchLayout;
  readonly sums: ScratchLayout;
  readonly scratchBytes: number;
  /** Packed weights of a point and a block of output channels, and of all. */
  readonly weightsBlock: number;
  readonly weightsBytes: number;
}

/** Strides of a scratch tensor. */
export interface ScratchLayout {
  readonly tile: number;
  readonly point: number;
}

/** Points are read and written together: odd numbers of lines apart, they fall on different sets of the cache. */
function oddLines(bytes: number): number {
  return (Math.ceil(bytes / 64) | 1) * 64;
}

/** Tiles are read together a few at a time: only large powers of two would bring them onto few sets. */
function tileStride(bytes: number): number {
  return bytes % 1024 === 0 ? bytes + 64 : Math.ceil(bytes / 64) * 64;
}

/** What a point means for a workload. */
export function planWinograd(
  workload: WinogradWorkload,
  arithmetic: WinogradArithmetic,
  point: WinogradPoint,
): WinogradPlan {
  const { rows, columns, outputs } = workload;
  const size = point.tile + 2;
  const points = size ** 2;
  const tileRows = Math.ceil(rows / point.tile);
  const tileColumns = Math.ceil(columns / point.tile);
  const tiles = tileRows * tileColumns;
  const tileBlocks = Math.ceil(tiles / point.block);
  const block = Math.ceil(tiles / tileBlocks);
  const { lanes } = arithmetic.simd;
  const channels = splitChannels(outputs, point.vectors, lanes);
  const channelBlocks = channels.full + (channels.restVectors > 0 ? 1 : 0);
  const steps = Math.ceil(workload.inputs / arithmetic.stepInputs);
  const layout = (elements: number): ScratchLayout => {
    const tile = tileStride(4 * elements);
    return { tile, point: oddLines(block * tile) };
  };
  const [inputs, sums] = [layout(steps), layout(point.vectors * lanes)];
  const weightsBlock = 4 * steps * point.vectors * lanes;
  return {
    ...{ workload, arithmetic, point, size, points, tileRows, tileColumns, tiles, tileBlocks, block },
    lastBlock: tiles - (tileBlocks - 1) * block,
    ...{ channels, channelBlocks, steps, inputs, sums, weightsBlock },
    scratchBytes: points * (inputs.point + sums.point),
    weightsBytes: points * channelBlocks * weightsBlock,
  };
}

/** Tiles of a block in register tiles. */
export function splitBlock(plan: WinogradPlan, tiles: number): TileSplit {
  return splitPixels(tiles, plan.point.pixels);
}
