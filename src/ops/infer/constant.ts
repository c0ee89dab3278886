import type { Dim, Tensor } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import {
  ceilDivideDims,
  elementCount,
  floatAttr,
  floatsAttr,
  intAttr,
  isInteger,
  numbersOf,
  stringAttr,
  stringsAttr,
  subtractDims,
  tensorAttr,
  tensorFromElements,
  tensorFromStrings,
  tensorType,
} from "../../ir/index.ts";
import { contentLimit, smallSize } from "./elements.ts";
import { dtypeOf, reject, scalarOf, shapeOf, shapeOfRank, typed, types, withContent } from "./rules.ts";

function constantTensor(context: InferContext): Tensor | undefined {
  const tensor = tensorAttr(context, "value");
  if (tensor !== undefined) return tensor;
  const number = floatAttr(context, "value_float");
  if (number !== undefined) return tensorFromElements("float32", [], Float32Array.of(number));
  const numbers = floatsAttr(context, "value_floats");
  if (numbers !== undefined) return tensorFromElements("float32", [numbers.length], Float32Array.from(numbers));
  const integer = context.attributes.get("value_int");
  if (integer?.kind === "int") return tensorFromElements("int64", [], BigInt64Array.of(integer.value));
  const integers = context.attributes.get("value_ints");
  if (integers?.kind === "ints")
    return tensorFromElements("int64", [integers.value.length], BigInt64Array.from(integers.value));
  const text = stringAttr(context, "value_string");
  if (text !== undefined) return tensorFromStrings([], [text]);
  const texts = stringsAttr(context, "value_strings");
  return texts === undefined ? undefined : tensorFromStrings([texts.length], texts);
}

/** Constant: the tensor of whichever attribute holds it. */
function inferConstant(context: InferContext): InferResult {
  const sparse = context.attributes.get("sparse_value");
  if (sparse?.kind === "sparse") return types(tensorType(sparse.value.values.dtype, sparse.value.shape));
  const tensor = constantTensor(context);
  return tensor === undefined
    ? types(undefined)
    : { types: [tensorType(tensor.dtype, tensor.shape)], constants: [tensor] };
}

/** Identity: type, content and constant of the input, whatever its kind. */
function inferIdentity(context: InferContext): InferResult {
  return {
    types: [context.inputs[0]],
    shapeValues: [context.shapeValue(0)],
    constants: [context.constant(0)],
  };
}

/** ConstantOfShape: the input's content is the shape; float32 zeros unless `value` says otherwise. */
function inferConstantOfShape(context: InferContext): InferResult {
  const rank = shapeOf(context, 0)?.[0];
  const shape = context.shapeValue(0) ?? shapeOfRank(rank);
  if (shape?.some((dim) => typeof dim === "number" && dim < 0) ?? false) reject(context, "a dimension is negative");
  const value = tensorAttr(context, "value");
  const type = typed(value?.dtype ?? "float32", shape);
  const size = smallSize(shape);
  if (size === undefined || (value !== undefined && !isInteger(value.dtype))) return types(type);
  const [element = 0] = value === undefined ? [0] : Array.from(numbersOf(value));
  return withContent(type, new Array<Dim>(size).fill(element));
}

/** Range(start, limit, delta): max(0, ceil((limit - start) / delta)) elements. */
function inferRange(context: InferContext): InferResult {
  const dtype = dtypeOf(context, 0) ?? dtypeOf(context, 1);
  const [start, limit, delta] = [scalarOf(context, 0), scalarOf(context, 1), scalarOf(context, 2)];
  if (delta === 0) reject(context, "delta is 0");
  if (typeof start === "number" && typeof limit === "number" && typeof delta === "number") {
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    const content =
      count <= contentLimit && dtype !== undefined && isInteger(dtype)
        ? Array.from({ length: count }, (_, i) => start + i * delta)
        : undefined;
    return withContent(typed(dtype, [count]), content);
  }
  const isWhole = typeof delta === "number" && Number.isInteger(delta) && delta > 0;
  const isExact = dtype !== undefined && isInteger(dtype);
  return types(typed(dtype, [isWhole && isExact ? ceilDivideDims(subtractDims(limit, start), delta) : undefined]));
}

/** Shape: the dimensions from `start` to `end` as int64. */
function inferShape(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return types(tensorType("int64", [undefined]));
  const clamp = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + shape.length : index, 0), shape.length);
  const start = clamp(intAttr(context, "start", 0));
  const end = clamp(intAttr(context, "end", shape.length));
  const dims = shape.slice(start, Math.max(start, end));
  return withContent(tensorType("int64", [dims.length]), dims);
}

/** Size: the number of elements as an int64 scalar. */
function inferSize(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  return withContent(tensorType("int64", []), shape === undefined ? undefined : [elementCount(shape)]);
}

/** Operators that make constants, or read shapes and nothing else. */
export const constantInference: readonly OpInference[] = [
  { names: ["Constant"], infer: inferConstant },
  { names: ["Identity"], infer: inferIdentity },
  { names: ["ConstantOfShape"], infer: inferConstantOfShape },
  { names: ["Range"], infer: inferRange },
  { names: ["Shape"], infer: inferShape },
  { names: ["Size"], infer: inferSize },
];
