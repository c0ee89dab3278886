import type { Tensor } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { broadcastIndices } from "../../numeric/shape.ts";

/** Reads a tensor as if broadcast to the shape of another, by linear position. */
export function broadcastReals(tensor: Tensor, like: Tensor): (position: number) => number {
  const values = realsOf(tensor);
  const indices = broadcastIndices(tensor.shape, like.shape);
  return (position) => values[indices === undefined ? position : (indices[position] as number)] as number;
}
