import type { Point } from "../../../../src/schedule/record.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import type { ChannelBlocks, Geometry, TileSplit } from "./geometry.ts";
import { geometryOf, splitChannels, splitPixels } from "./geometry.ts";
import type { IgemmProduct } from "./product.ts";
import { stepBytes } from "./steps.ts";
import type { WeightsLayout } from "./weights.ts";
import { blockBytes } from "./weights.ts";
import { pointNumbers } from "../point-numbers.ts";

/** A point of the igemm space by name. */
export interface IgemmPoint {
  /** Most pixels of a tile in a row, and rows of a tile. */
  readonly pixels: number;
  readonly tileRows: number;
  /** Vectors of output channels of a tile. */
  readonly vectors: number;
  /** Weight vectors that the dot product takes from memory. */
  readonly memory: number;
  /** Most steps to unroll. */
  readonly unroll: number;
  /** 1: the next channel block's weights are prefetched into L2, spread over the tiles. */
  readonly prefetch: number;
  /** Units (see {@link IgemmPlan.units}) for which all channel blocks are computed before the next ones; 0: all. */
  readonly unitBlock: number;
  /** 1: a tile's epilogue runs between the first steps of the next tile, on a copy of the accumulators. */
  readonly overlap: number;
  /** What threads share out: 0 units of pixels, 1 channel blocks. */
  readonly parallel: number;
}

/** A workload and a point, worked out. */
export interface IgemmPlan extends WeightsLayout {
  readonly workload: IgemmProduct;
  readonly isa: VectorIsa;
  readonly point: IgemmPoint;
  readonly geometry: Geometry;
  readonly blocks: ChannelBlocks;
  readonly tiles: TileSplit;
  /** Where all pixels are one row a unit is a tile, else `tileRows` rows. */
  readonly flat: boolean;
  readonly units: number;
  /** Cache lines of the next block to prefetch during a tile; 0 for none. */
  readonly prefetchLines: number;
}

const pointNames: readonly (keyof IgemmPoint)[] = [
  "pixels",
  "tileRows",
  "vectors",
  "memory",
  "unroll",
  "prefetch",
  "unitBlock",
  "overlap",
  "parallel",
];

/** The named parameters of a point; all must be there. */
export function igemmPoint(point: Point): IgemmPoint {
  return pointNumbers("igemm", pointNames, point);
}

/** What a point means for a workload. */
export function planIgemm(workload: IgemmProduct, point: IgemmPoint, given: VectorIsa): IgemmPlan {
  const isa = productIsa(workload, given);
  const geometry = geometryOf(workload);
  const flat = geometry.rows === 1;
  const tiles = splitPixels(geometry.columns, point.pixels);
  const layout = {
    ...{ workload, geometry, isa },
    blocks: splitChannels(workload.outputs, point.vectors, isa.lanes),
    lanes: isa.lanes,
    step: stepBytes(isa),
  };
  const rowTiles = tiles.wide + tiles.narrow;
  const units = flat ? rowTiles : geometry.rows / point.tileRows;
  const swept = (point.unitBlock === 0 ? units : Math.min(units, point.unitBlock)) * (flat ? 1 : rowTiles);
  const lines = blockBytes(layout, point.vectors) / 64;
  return { ...layout, point, tiles, flat, units, prefetchLines: point.prefetch === 0 ? 0 : Math.ceil(lines / swept) };
}

/** The instruction set for a product: its last vector register holds what gathers the channels of groups. */
export function productIsa({ gather }: IgemmProduct, isa: VectorIsa): VectorIsa {
  return gather === undefined ? isa : { ...isa, registers: isa.registers - 1 };
}

/** What threads may share out besides units: slices where there are several, else blocks. */
export function shareCount(plan: IgemmPlan): number {
  return plan.workload.slices > 1 ? plan.workload.slices : blockCount(plan);
}

/** Blocks of output channels of a slice, the one with the rest included. */
export function blockCount({ blocks }: IgemmPlan): number {
  return blocks.full + (blocks.restVectors > 0 ? 1 : 0);
}
