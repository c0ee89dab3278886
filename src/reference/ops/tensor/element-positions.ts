import type { StaticShape } from "../../../ir/index.ts";
import { stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { normalizeIndex } from "./normalize-index.ts";

/**
 * For each entry of an index tensor of the data's rank, the position in the data of the element at the same place but
 * with the coordinate on `axis` replaced by the entry (GatherElements, ScatterElements).
 */
export function elementPositions(
  data: StaticShape,
  indexShape: StaticShape,
  indices: readonly number[],
  axis: number,
): Int32Array {
  if (indexShape.length !== data.length || indexShape.some((dim, i) => i !== axis && dim > (data[i] as number)))
    throw new RangeError(`indices of shape [${indexShape.join(",")}] into data of shape [${data.join(",")}]`);
  const strides = stridesOf(data);
  const along = strides[axis] as number;
  const positions = stridedIndices(indexShape, strides.with(axis, 0));
  return positions.map((position, i) => position + normalizeIndex(indices[i] as number, data[axis] as number) * along);
}
