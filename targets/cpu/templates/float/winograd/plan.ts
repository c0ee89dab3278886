import type { Point } from "../../../../../src/schedule/record.ts";
import type { FloatConvWorkload } from "../../../float-workload.ts";
import type { ChannelBlocks, TileSplit } from "../../igemm-geometry.ts";
import { splitChannels, splitPixels } from "../../igemm-geometry.ts";
import { pointNumbers } from "../point-numbers.ts";
import type { Transform } from "./transform.ts";
import { transformOf } from "./transform.ts";

/** Float32 elements of a vector: the transforms need 32 registers, so they are written for AVX-512 only. */
export const lanes = 16;

const pointNames = ["tile", "pixels", "vectors", "block", "unroll", "prefetch", "parallel"] as const;

/**
 * A point of the Winograd space: outputs of a tile along an axis; tiles and vectors of output channels of a register tile;
 * most tiles that are transformed and multiplied together; steps to unroll; 1 to prefetch the next point's weights; what threads share out: 0
 * blocks of tiles, 1 blocks of output channels.
 */
export type WinogradPoint = Readonly<Record<(typeof pointNames)[number], number>>;

/** Names the numbers of a point. */
export function winogradPoint(point: Point): WinogradPoint {
  return pointNumbers("winograd-f32", pointNames, point);
}

/** A workload and a point, worked out. Sizes in bytes where not said otherwise. */
export interface WinogradPlan {
  readonly workload: FloatConvWorkload;
  readonly point: WinogradPoint;
  readonly transform: Transform;
  /** Points of a tile. */
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
  /** Scratch: `[point][tile][input channel]` of inputs, then `[point][tile][output channel of a block]` of sums. */
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

/** Lines next to each other in one dimension must not fall on one set of the cache: odd numbers of lines apart. */
function oddLines(bytes: number): number {
  return (Math.ceil(bytes / 64) | 1) * 64;
}

/** What a point means for a workload. */
export function planWinograd(workload: FloatConvWorkload, point: WinogradPoint): WinogradPlan {
  const { rows, columns, inputs, outputs } = workload;
  const transform = transformOf(point.tile);
  const points = transform.size ** 2;
  const tileRows = Math.ceil(rows / point.tile);
  const tileColumns = Math.ceil(columns / point.tile);
  const tiles = tileRows * tileColumns;
  const tileBlocks = Math.ceil(tiles / point.block);
  const block = Math.ceil(tiles / tileBlocks);
  const channels = splitChannels(outputs, point.vectors, lanes);
  const channelBlocks = channels.full + (channels.restVectors > 0 ? 1 : 0);
  const layout = (elements: number): ScratchLayout => {
    const tile = oddLines(4 * elements);
    return { tile, point: oddLines(block * tile) };
  };
  const [inputLayout, sums] = [layout(inputs), layout(point.vectors * lanes)];
  const weightsBlock = 4 * inputs * point.vectors * lanes;
  return {
    ...{ workload, point, transform, points, tileRows, tileColumns, tiles, tileBlocks, block },
    lastBlock: tiles - (tileBlocks - 1) * block,
    ...{ channels, channelBlocks, inputs: inputLayout, sums, weightsBlock },
    scratchBytes: points * (inputLayout.point + sums.point),
    weightsBytes: points * channelBlocks * weightsBlock,
  };
}

/** Tiles of a block in register tiles. */
export function splitBlock(plan: WinogradPlan, tiles: number): TileSplit {
  return splitPixels(tiles, plan.point.pixels);
}
