import type { Dim, Tensor, Value } from "../../src/ir/index.ts";
import { isStatic, sizeOf, tensorFromNumbers } from "../../src/ir/index.ts";
import { shapeOf } from "../support/facts.ts";

/** The value of a shape computation as a constant, when inference knows every element of it as a number. */
export function knownContent(value: Value, contents: ReadonlyMap<Value, readonly Dim[]>): Tensor | undefined {
  const content = contents.get(value);
  const shape = shapeOf(value);
  if (content === undefined || value.type?.kind !== "tensor" || !isStatic(shape) || !isStatic(content))
    return undefined;
  return content.length === sizeOf(shape) ? tensorFromNumbers(value.type.dtype, shape, content) : undefined;
}
