import type { Tensor } from "../../../ir/index.ts";
import { stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";

/** The tensor whose axis i is axis `perm[i]` of the input. */
export function transposed(tensor: Tensor, perm: readonly number[]): Tensor {
  const { shape } = tensor;
  if (perm.length !== shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in shape)))
    throw new RangeError(`[${perm.join(",")}] does not permute the axes of [${shape.join(",")}]`);
  const strides = stridesOf(shape);
  const out = perm.map((axis) => shape[axis] as number);
  return takeElements(
    tensor,
    out,
    stridedIndices(
      out,
      perm.map((axis) => strides[axis] as number),
    ),
  );
}
