import type { LinearTap } from "../../../reference/resize-axis.ts";
import type { Constant } from "../../bytes/constants.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { Interpolation } from "./taps.ts";
import { tapBytes, tapConstants, tapsOf } from "./taps.ts";
import { vectorBytes } from "../vectors.ts";

/** Bytes of both rows in scratch: half of a first cache. */
const mostScratch = 24 * 1024;

/** Bytes before the cells of an entry: where in a row of y its columns stand. */
const entryHeader = 64;

/** Offsets in the scratch of a thread: numbers of the input rows there, a vector, the rows. */
export const scratch = { rows: 0, vector: 64, slots: 128 } as const;

/** Sizes and offsets of a resize that computes vectors of output columns, in bytes where not said otherwise. */
export interface ExpandedLayout {
  readonly lanes: number;
  /** Vectors of output columns, and those of a block. */
  readonly vectors: number;
  readonly blockVectors: number;
  /** Entries of the vectors in `params`, behind the taps of rows. */
  readonly vectorsAt: number;
  readonly entryBytes: number;
  /** In an entry: where in a row the cells of its columns stand. */
  readonly nearCells: number;
  readonly farCells: number;
  /** In a row in scratch: from near to far cells, and from one channel to the next. */
  readonly farBytes: number;
  readonly channelBytes: number;
  readonly slotBytes: number;
  readonly scratchBytes: number;
}

/** Offsets of the weights in an entry. */
export function vectorEntry(simd: Simd): { readonly nearWeights: number; readonly farWeights: number } {
  return { nearWeights: entryHeader + 2 * vectorBytes(simd), farWeights: entryHeader + 3 * vectorBytes(simd) };
}

/** The layout of a workload. */
export function expandedLayout({ rows, columns, channels }: Interpolation, simd: Simd): ExpandedLayout {
  const bytes = vectorBytes(simd);
  const vectors = Math.ceil(columns / simd.lanes);
  const blockVectors = Math.min(vectors, Math.max(1, Math.floor(mostScratch / (4 * channels * bytes))));
  const farBytes = blockVectors * bytes;
  const slotBytes = channels * 2 * farBytes;
  return {
    ...{ lanes: simd.lanes, vectors, blockVectors, farBytes, slotBytes },
    vectorsAt: tapBytes * rows,
    entryBytes: entryHeader + 4 * bytes,
    nearCells: entryHeader,
    farCells: entryHeader + bytes,
    channelBytes: 2 * farBytes,
    scratchBytes: scratch.slots + 2 * slotBytes,
  };
}

/** The numbers of `params`, where an element of y has so many bytes. */
export function expandedConstants(workload: Interpolation, simd: Simd, elementBytes: 4 | 8): readonly Constant[] {
  const { vectors } = expandedLayout(workload, simd);
  const [rows, columns] = tapsOf(workload);
  const pixel = 4 * workload.x.pixel;
  return [
    ...rows.flatMap((tap) => tapConstants(tap, 1)),
    ...Array.from({ length: vectors }, (_, vector) => {
      const first = Math.max(0, Math.min(vector * simd.lanes, columns.length - simd.lanes));
      const taps = Array.from(
        { length: simd.lanes },
        (__, lane) => columns[Math.min(first + lane, columns.length - 1)] as LinearTap,
      );
      return [
        { int: first * elementBytes },
        ...Array.from({ length: entryHeader / 4 - 1 }, (): Constant => ({ int: 0 })),
        ...taps.map(({ near }): Constant => ({ int: near * pixel })),
        ...taps.map(({ far }): Constant => ({ int: far * pixel })),
        ...taps.map(({ nearWeight }): Constant => ({ float: nearWeight })),
        ...taps.map(({ farWeight }): Constant => ({ float: farWeight })),
      ];
    }).flat(),
  ];
}
