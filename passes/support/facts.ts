import type { DType, Node, Shape, StaticShape, Tensor, Value } from "../../src/ir/index.ts";
import { dtypes, intsAttr, isStatic, numbersOf } from "../../src/ir/index.ts";

/** The element type of a dense tensor value; undefined for other or unknown types. */
export function dtypeOf(value: Value | undefined): DType | undefined {
  return value?.type?.kind === "tensor" ? value.type.dtype : undefined;
}

/** The shape of a dense tensor value; undefined when even its rank is unknown. */
export function shapeOf(value: Value | undefined): Shape | undefined {
  return value?.type?.kind === "tensor" ? value.type.shape : undefined;
}

/** The shape when all its dimensions are numbers. */
export function staticShapeOf(value: Value | undefined): StaticShape | undefined {
  const shape = shapeOf(value);
  return isStatic(shape) ? shape : undefined;
}

/** The rank of a dense tensor value. */
export function rankOf(value: Value | undefined): number | undefined {
  return shapeOf(value)?.length;
}

/** The content of a value that nothing can override: an initializer that is no graph input. */
export function constantOf(value: Value | undefined): Tensor | undefined {
  return value?.isConstant === true ? value.constant : undefined;
}

/** True when the value is a constant of an integer type with at most `limit` elements. */
function isSmallIntegers(tensor: Tensor, limit: number): boolean {
  const { kind, bits } = dtypes[tensor.dtype];
  return (kind === "signed" || kind === "unsigned") && tensor.byteLength * 8 <= bits * limit;
}

/** Content of a small constant of integers (shapes, axes, pads, …). INT64_MAX and the like round to the nearest double. */
export function integersOf(value: Value | undefined): readonly number[] | undefined {
  const tensor = constantOf(value);
  return tensor !== undefined && isSmallIntegers(tensor, 1024) ? Array.from(numbersOf(tensor)) : undefined;
}

/**
 * The number that every element of a constant equals; undefined when they differ, when there are none, or when the type
 * is not numeric. Zeros of different sign differ. At most `limit` elements are read.
 */
export function uniformOf(value: Value | undefined, limit = 1 << 16): number | undefined {
  const tensor = constantOf(value);
  if (tensor === undefined || tensor.byteLength === 0) return undefined;
  const { kind, bits } = dtypes[tensor.dtype];
  if (kind === "string" || kind === "complex" || bits < 8 || tensor.dtype.startsWith("float8")) return undefined;
  if (tensor.byteLength * 8 > bits * limit) return undefined;
  const numbers = numbersOf(tensor);
  const first = numbers[0];
  for (let i = 1; i < numbers.length; i++) if (!Object.is(numbers[i], first)) return undefined;
  return first;
}

/** Number of elements when every dimension is a number. */
export function countOf(value: Value | undefined): number | undefined {
  return staticShapeOf(value)?.reduce((product, dim) => product * dim, 1);
}

/** An axis in [0, rank). */
export function nonNegativeAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/**
 * The axes of an operator that takes them as attribute `axes` or, in later opsets, as an input. "absent" when neither is
 * given, undefined when they are computed at run time.
 */
export function axesOf(node: Node, inputIndex = 1): readonly number[] | "absent" | undefined {
  const attribute = intsAttr(node, "axes");
  if (attribute !== undefined) return attribute;
  const input = node.input(inputIndex);
  return input === undefined ? "absent" : integersOf(input);
}
