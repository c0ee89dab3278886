import type { StaticShape } from "../../../ir/index.ts";
import { sizeOf } from "../../../ir/index.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { normalizeIndex } from "./normalize-index.ts";

/** Blocks of a tensor named by index tuples: where each starts, and how many elements each has. */
export interface TupleBlocks {
  readonly starts: Int32Array;
  readonly length: number;
}

/**
 * The block of the data that each innermost row of an index tensor names (GatherND, ScatterND): leading coordinates from
 * the row, after `batchDims` coordinates that data and indices share.
 */
export function tupleBlocks(
  data: StaticShape,
  indexShape: StaticShape,
  indices: readonly number[],
  batchDims: number,
): TupleBlocks {
  const width = indexShape.at(-1);
  if (width === undefined || width > data.length - batchDims)
    throw new RangeError(`index tuples of shape [${indexShape.join(",")}] into data of shape [${data.join(",")}]`);
  const strides = stridesOf(data);
  const tuples = sizeOf(indexShape.slice(0, -1));
  const batches = sizeOf(data.slice(0, batchDims));
  const batchSize = sizeOf(data.slice(batchDims));
  const perBatch = batches === 0 ? 0 : tuples / batches;
  const starts = Int32Array.from({ length: tuples }, (_, tuple) => {
    let start = Math.floor(tuple / perBatch) * batchSize;
    for (let i = 0; i < width; i++) {
      const axis = batchDims + i;
      start += normalizeIndex(indices[tuple * width + i] as number, data[axis] as number) * (strides[axis] as number);
    }
    return start;
  });
  return { starts, length: sizeOf(data.slice(batchDims + width)) };
}
