import type { RuntimeSequence, RuntimeValue, StaticShape, Tensor } from "../ir/index.ts";
import { elementsOf, isTensor, numbersOf } from "../ir/index.ts";
import type { OpCall } from "./types.ts";

/** Input `index` as a dense tensor; TypeError when it is absent or something else. */
export function tensorInput(call: OpCall, index: number): Tensor {
  const tensor = optionalTensorInput(call, index);
  if (tensor === undefined) throw new TypeError(`${call.node.opType}: input ${index} is absent`);
  return tensor;
}

/** Input `index` as a dense tensor, undefined when absent; TypeError when it is something else. */
export function optionalTensorInput(call: OpCall, index: number): Tensor | undefined {
  const value = call.inputs[index];
  if (value === undefined) return undefined;
  if (!isTensor(value)) throw new TypeError(`${call.node.opType}: input ${index} is a ${value.kind}, not a tensor`);
  return value;
}

/** Input `index` as a sequence; TypeError when it is absent or something else. */
export function sequenceInput(call: OpCall, index: number): RuntimeSequence {
  const value: RuntimeValue | undefined = call.inputs[index];
  if (value === undefined || isTensor(value) || value.kind !== "sequence")
    throw new TypeError(`${call.node.opType}: input ${index} is not a sequence`);
  return value;
}

/** The elements of an integer tensor as numbers, clamped to the safe range (INT64_MAX means "to the end"). */
export function integersOf(tensor: Tensor): readonly number[] {
  if (tensor.dtype !== "int64" && tensor.dtype !== "uint64") return Array.from(numbersOf(tensor));
  return Array.from(elementsOf(tensor) as BigInt64Array, (value) =>
    Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value))),
  );
}

/** The only element of an integer, bool or float tensor of one element, as a number. */
export function scalarOf(tensor: Tensor): number {
  const values = tensor.dtype === "int64" || tensor.dtype === "uint64" ? integersOf(tensor) : numbersOf(tensor);
  if (values.length !== 1) throw new RangeError(`expected one element, got shape [${tensor.shape.join(",")}]`);
  return values[0] as number;
}

/** The axis in [0, rank); negative values count from the back. RangeError outside. */
export function normalizeAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (normal < 0 || normal >= rank) throw new RangeError(`axis ${axis} is outside a tensor of rank ${rank}`);
  return normal;
}

/** Splits a shape at an axis: elements before it, along it, and after it. */
export function splitAtAxis(shape: StaticShape, axis: number): { outer: number; length: number; inner: number } {
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < axis; i++) outer *= shape[i] as number;
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i] as number;
  return { outer, length: shape[axis] as number, inner };
}

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: StaticShape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] as number;
  }
  return strides;
}

/** Where each element of a strided view of `shape` lies: offset + sum(index[i] * strides[i]), in row-major order. */
export function stridedPositions(shape: StaticShape, strides: readonly number[], offset = 0): Int32Array {
  let size = 1;
  for (const dim of shape) size *= dim;
  const positions = new Int32Array(size);
  if (size === 0) return positions;
  const rank = shape.length;
  const index = new Int32Array(rank);
  let position = offset;
  for (let i = 0; i < size; i++) {
    positions[i] = position;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const stride = strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      position += stride;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      position -= stride * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return positions;
}
