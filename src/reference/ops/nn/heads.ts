import type { Tensor } from "../../../ir/index.ts";
import { withShape } from "../../numeric/with-shape.ts";
import { transposed } from "../tensor/transposed.ts";

/** [batch, sequence, heads * size] as [batch, heads, sequence, size]; a tensor of rank 4 stays as it is. */
export function splitHeads(tensor: Tensor, heads: number): Tensor {
  if (tensor.shape.length === 4) return tensor;
  const [batch, sequence, width] = tensor.shape as readonly [number, number, number];
  if (tensor.shape.length !== 3 || heads <= 0 || width % heads !== 0)
    throw new RangeError(`[${tensor.shape.join(",")}] does not split into ${heads} heads`);
  return transposed(withShape(tensor, [batch, sequence, heads, width / heads]), [0, 2, 1, 3]);
}

/** [batch, heads, sequence, size] as [batch, sequence, heads * size]. */
export function mergeHeads(tensor: Tensor): Tensor {
  const [batch, heads, sequence, size] = tensor.shape as readonly [number, number, number, number];
  return withShape(transposed(tensor, [0, 2, 1, 3]), [batch, sequence, heads * size]);
}
