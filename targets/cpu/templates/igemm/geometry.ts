import type { ConvWorkload, Strides } from "../../workload.ts";

/** A loop over x: `count` steps of `step` bytes. */
export interface Walk {
  readonly count: number;
  readonly step: number;
}

/**
 * A convolution as a sum over runs of contiguous bytes of x: every address is affine in pixel, tap and byte. Pixels
 * that stand at one distance in all tensors across rows are seen as one long row.
 */
export interface Geometry {
  readonly rows: number;
  readonly columns: number;
  /** Distance of neighbouring output pixels, and rows of them, in bytes of x. */
  readonly x: Strides;
  /** The same in elements of y, and of the residual. */
  readonly y: Strides;
  readonly residual: Strides | undefined;
  /** Loops over the window that are not part of a run, outermost first. */
  readonly taps: readonly Walk[];
  /** Number of runs: the product of the counts of `taps`. */
  readonly runs: number;
  /** Taps within a run. */
  readonly runTaps: number;
  readonly runBytes: number;
}

/** What the geometry of a convolution follows from, whatever its elements are: bytes are elements of x then. */
export type DenseWindow = Pick<ConvWorkload, "rows" | "columns" | "inputs" | "window" | "x" | "y"> & {
  readonly epilogue: { readonly residual: Strides | undefined };
};

/** How a workload walks over its tensors. */
export function geometryOf(workload: DenseWindow): Geometry {
  const { rows, columns, window, inputs, y } = workload;
  const { residual } = workload.epilogue;
  const x = { row: window.stride[0] * workload.x.row, pixel: window.stride[1] * workload.x.pixel };
  const walk = walkOf(workload);
  const flat = [x, y, residual].every((strides) => strides === undefined || strides.row === columns * strides.pixel);
  return {
    rows: flat ? 1 : rows,
    columns: flat ? rows * columns : columns,
    ...{ x, y, residual },
    ...walk,
    runs: walk.taps.reduce((product, { count }) => product * count, 1),
    runBytes: walk.runTaps * inputs,
  };
}

/** Taps whose bytes follow one another join the run: the kernel's row first (few input channels), then its rows. */
function walkOf({ window, inputs, x }: DenseWindow): Pick<Geometry, "taps" | "runTaps"> {
  const column: Walk = { count: window.kernel[1], step: window.dilation[1] * x.pixel };
  const row: Walk = { count: window.kernel[0], step: window.dilation[0] * x.row };
  const looped = (walks: readonly Walk[]): readonly Walk[] => walks.filter(({ count }) => count > 1);
  if (column.count > 1 && column.step !== inputs) return { taps: looped([row, column]), runTaps: 1 };
  if (row.count > 1 && row.step !== column.count * inputs) return { taps: [row], runTaps: column.count };
  return { taps: [], runTaps: column.count * row.count };
}

/** Pixels of a row (or of all rows, when they are one) in tiles of two widths that differ by one. */
export interface TileSplit {
  readonly width: number;
  /** Tiles of `width` pixels. */
  readonly wide: number;
  /** Tiles of `width - 1` pixels, after the wide ones. */
  readonly narrow: number;
}

/** The fewest tiles of at most `limit` pixels, as even as can be: no tile is left with the rest. */
export function splitPixels(columns: number, limit: number): TileSplit {
  const tiles = Math.ceil(columns / limit);
  const width = Math.ceil(columns / tiles);
  const narrow = tiles * width - columns;
  return { width, wide: tiles - narrow, narrow };
}

/** Output channels in blocks of whole vectors; the last block has the rest. */
export interface ChannelBlocks {
  /** Vectors of a full block. */
  readonly vectors: number;
  readonly full: number;
  /** Channels and vectors of the last block; 0 where all are full. */
  readonly restChannels: number;
  readonly restVectors: number;
}

/** Blocks of `vectors` vectors of `lanes` channels. */
export function splitChannels(outputs: number, vectors: number, lanes: number): ChannelBlocks {
  const full = Math.floor(outputs / (vectors * lanes));
  const restChannels = outputs - full * vectors * lanes;
  return { vectors, full, restChannels, restVectors: Math.ceil(restChannels / lanes) };
}
