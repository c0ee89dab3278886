import type { Point } from "../../../../../src/schedule/record.ts";
import type { ProductWorkload } from "../../../transformer-workload.ts";
import type { VectorIsa } from "../../epilogue/vector-isa.ts";

/** Sizes of a kernel of products, worked out; strides and offsets in bytes. */
export interface ProductPlan {
  readonly workload: ProductWorkload;
  readonly isa: VectorIsa;
  /** Bytes of a vector register. */
  readonly vector: 64 | 32;
  /** Rows and vectors of a register tile. */
  readonly tileRows: number;
  readonly tileVectors: number;
  /** Pairs of terms: those of a sum, and those that are packed. */
  readonly pairs: number;
  readonly packedPairs: number;
  /** Vectors of a row of y. */
  readonly columnVectors: number;
  /** Distance of pairs of packed b, and of rows of widened a, which stand behind it in scratch. */
  readonly pairRow: number;
  readonly wideRow: number;
  readonly wide: number;
  readonly scratchBytes: number;
}

/** The plan of a workload at a point. */
export function planProduct(workload: ProductWorkload, point: Point, isa: VectorIsa): ProductPlan {
  const { rows, columns, channels } = workload;
  const vector = isa.lanes === 16 ? 64 : 32;
  const columnVectors = Math.ceil(columns / isa.lanes);
  const tileRows = Math.min(point["rows"] ?? 4, rows);
  const pairRow = columnVectors * vector;
  const wideRow = Math.ceil(channels / (2 * isa.lanes)) * vector;
  const packedPairs = 2 * Math.ceil(channels / 4);
  const wide = packedPairs * pairRow;
  return {
    ...{ workload, isa, vector, tileRows, columnVectors, pairRow, wideRow, packedPairs, wide },
    tileVectors: Math.min(point["vectors"] ?? 2, columnVectors),
    pairs: Math.ceil(channels / 2),
    scratchBytes: wide + tileRows * wideRow,
  };
}

/** Registers that a tile takes: sums, a vector of b each, a pair of a, and a product where the sum is an instruction of its own. */
export function tileRegisters(rows: number, vectors: number, isa: VectorIsa): number {
  return rows * vectors + vectors + 1 + (isa.name === "avx2" ? 1 : 0);
}
