import type { StaticShape, Tensor } from "../../ir/index.ts";
import { tensorFromBytes, tensorFromStrings } from "../../ir/index.ts";

/** The same elements under another shape of the same size. */
export function withShape(tensor: Tensor, shape: StaticShape): Tensor {
  if (tensor.stringBytes !== undefined) return tensorFromStrings(shape, tensor.stringBytes);
  return tensorFromBytes(tensor.dtype, shape, tensor.bytes());
}
