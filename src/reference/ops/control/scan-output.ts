import type { RuntimeValue, Tensor, Value } from "../../../ir/index.ts";
import { isTensor, tensorFromBytes, tensorFromStrings } from "../../../ir/index.ts";
import { stacked } from "../tensor/concatenated.ts";

/**
 * What a body gave for one scan output in each iteration, stacked along `axis`. Without iterations the declared type of
 * the body's output gives element type and shape; a dimension it leaves open is taken as 0.
 */
export function scanOutput(elements: readonly RuntimeValue[], declared: Value | undefined, axis: number): Tensor {
  const tensors = elements.map((element) => {
    if (!isTensor(element)) throw new TypeError("a scan output is not a tensor");
    return element;
  });
  if (tensors.length > 0) return stacked(tensors, axis);
  const type = declared?.type;
  if (type?.kind !== "tensor") throw new TypeError("no iteration and no type: the scan output is unknown");
  const shape = (type.shape ?? []).map((dim) => (typeof dim === "number" ? dim : 0));
  const empty = shape.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, 0);
  return type.dtype === "string" ? tensorFromStrings(empty, []) : tensorFromBytes(type.dtype, empty, new Uint8Array(0));
}
