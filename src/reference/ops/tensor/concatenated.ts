import type { Tensor } from "../../../ir/index.ts";
import { sizeOf } from "../../../ir/index.ts";
import { axisView, normalizeAxis } from "../../numeric/shape.ts";
import { pickElements } from "../../numeric/take.ts";
import { withShape } from "../../numeric/with-shape.ts";

/** The tensors joined along an axis; they agree in type and in every other dimension. */
export function concatenated(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new RangeError("nothing to concatenate");
  const at = normalizeAxis(axis, first.shape.length);
  for (const { shape } of tensors)
    if (shape.length !== first.shape.length || shape.some((dim, i) => i !== at && dim !== first.shape[i]))
      throw new RangeError(`[${shape.join(",")}] does not concatenate with [${first.shape.join(",")}] on axis ${at}`);
  const shape = first.shape.with(
    at,
    tensors.reduce((sum, tensor) => sum + (tensor.shape[at] as number), 0),
  );
  const indices = new Int32Array(sizeOf(shape));
  const from = new Int32Array(indices.length);
  const blocks = tensors.map((tensor) => {
    const { length, inner } = axisView(tensor.shape, at);
    return length * inner;
  });
  const { outer } = axisView(shape, at);
  let filled = 0;
  for (let o = 0; o < outer; o++)
    for (const [source, block] of blocks.entries())
      for (let i = 0; i < block; i++, filled++) {
        indices[filled] = o * block + i;
        from[filled] = source;
      }
  return pickElements(tensors, shape, indices, from);
}

/** Tensors of one shape joined along a new axis of the result. */
export function stacked(tensors: readonly Tensor[], axis: number): Tensor {
  const rank = (tensors[0]?.shape.length ?? 0) + 1;
  const at = normalizeAxis(axis, rank);
  return concatenated(
    tensors.map((tensor) => withShape(tensor, tensor.shape.toSpliced(at, 0, 1))),
    at,
  );
}
