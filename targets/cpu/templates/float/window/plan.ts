import type { TileSplit } from "../../igemm/geometry.ts";
import { splitPixels } from "../../igemm/geometry.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { Strides, Window } from "../../../workload.ts";
import { pointNumbers } from "../../point-numbers.ts";
import type { Point } from "../../../../../src/schedule/record.ts";

/** A window that moves over a tensor, each channel on its own: depthwise convolutions and pools. */
export interface WindowWorkload {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly window: Window;
  readonly x: Strides;
  readonly y: Strides;
  /** The tensor an epilogue adds. */
  readonly residual: Strides | undefined;
  /** How y is stored where not as float32. */
  readonly out?: "bf16";
}

const pointNames = ["pixels", "tileRows", "channelBlock"] as const;

/**
 * A point of the space of windows: most output pixels of a tile in a row; rows of a tile, which share inputs; vectors of
 * channels for which all rows are computed before the next ones (0: all), so that rows of x stay in the first cache.
 */
export type WindowPoint = Readonly<Record<(typeof pointNames)[number], number>>;

/** Names the numbers of a point. */
export function windowPoint(point: Point): WindowPoint {
  return pointNumbers("a window", pointNames, point);
}

/** A workload and a point, worked out. */
export interface WindowPlan {
  readonly workload: WindowWorkload;
  readonly simd: Simd;
  readonly point: WindowPoint;
  readonly tiles: TileSplit;
  /** Units that threads share out: rows of tiles. */
  readonly units: number;
  /** Blocks of `blockVectors` whole vectors of channels; the vectors of the last block, and the channels beyond them. */
  readonly blocks: number;
  readonly blockVectors: number;
  readonly lastVectors: number;
  readonly restChannels: number;
}

/** What a point means for a workload. */
export function planWindow(workload: WindowWorkload, point: WindowPoint, simd: Simd): WindowPlan {
  const vectors = Math.floor(workload.channels / simd.lanes);
  const restChannels = workload.channels % simd.lanes;
  const all = vectors + (restChannels > 0 ? 1 : 0);
  const blockVectors = point.channelBlock === 0 ? all : Math.min(all, point.channelBlock);
  const blocks = Math.ceil(all / blockVectors) - 1;
  return {
    ...{ workload, simd, point, blocks, blockVectors, restChannels },
    tiles: splitPixels(workload.columns, point.pixels),
    units: workload.rows / point.tileRows,
    lastVectors: vectors - blocks * blockVectors,
  };
}

/** One element of the window over an input element of a tile. */
export interface Tap {
  /** Row and column of the output within the tile. */
  readonly row: number;
  readonly column: number;
  /** Place in the window. */
  readonly ky: number;
  readonly kx: number;
}

/** An input element of a tile, and what it counts for. */
export interface TapInput {
  readonly row: number;
  readonly column: number;
  readonly taps: readonly Tap[];
}

/** The inputs of a tile in their order in memory, each once. */
export function tileInputs({ window }: WindowWorkload, rows: number, columns: number): readonly TapInput[] {
  const inputs = new Map<string, { row: number; column: number; taps: Tap[] }>();
  for (let row = 0; row < rows; row++)
    for (let ky = 0; ky < window.kernel[0]; ky++)
      for (let column = 0; column < columns; column++)
        for (let kx = 0; kx < window.kernel[1]; kx++) {
          const place = {
            row: row * window.stride[0] + ky * window.dilation[0],
            column: column * window.stride[1] + kx * window.dilation[1],
          };
          const key = `${place.row} ${place.column}`;
          const input = inputs.get(key) ?? { ...place, taps: [] };
          input.taps.push({ row, column, ky, kx });
          inputs.set(key, input);
        }
  return [...inputs.values()].sort((a, b) => a.row - b.row || a.column - b.column);
}
