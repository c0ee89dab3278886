import type { DType, Dim, Shape, TensorType, ValueType } from "../../ir/index.ts";
import type { InferContext, InferResult } from "../types.ts";
import { dtypeFromCode, intAttr, intsAttr, printDim, sameDim, tensorType } from "../../ir/index.ts";
import { opsDiagnostics } from "../../diagnostics/codes/ops.ts";
import { fail } from "../../diagnostics/index.ts";

/** Throws: the node contradicts its operator's specification. */
export function reject(context: InferContext, detail: string): never {
  fail(opsDiagnostics.badNode({ op: context.node.opType, detail }));
}

/** The tensor type of an input; undefined when absent or unknown. Rejects sequences, optionals and maps. */
export function tensorOf(context: InferContext, index: number): TensorType | undefined {
  const type = context.inputs[index];
  if (type === undefined || type.kind === "tensor") return type;
  if (type.kind === "sparse" || type.kind === "opaque") return undefined;
  return reject(context, `input ${index} is a ${type.kind}, not a tensor`);
}

/** The shape of an input tensor; undefined when unknown. */
export function shapeOf(context: InferContext, index: number): Shape | undefined {
  return tensorOf(context, index)?.shape;
}

/** The element type of an input tensor; undefined when unknown. */
export function dtypeOf(context: InferContext, index: number): DType | undefined {
  return tensorOf(context, index)?.dtype;
}

/** A tensor type, or undefined when the element type is unknown. */
export function typed(dtype: DType | undefined, shape: Shape | undefined): TensorType | undefined {
  return dtype === undefined ? undefined : tensorType(dtype, shape);
}

/** A result with these types and no known content. */
export function types(...list: readonly (ValueType | undefined)[]): InferResult {
  return { types: list };
}

/** A result of one output with its content; content that is wholly unknown is left out. */
export function withContent(type: ValueType | undefined, content: readonly Dim[] | undefined): InferResult {
  return content === undefined || (content.every((dim) => dim === undefined) && content.length > 0)
    ? { types: [type] }
    : { types: [type], shapeValues: [content] };
}

/** The element type named by an int attribute (TensorProto.DataType); undefined when the attribute is absent. */
export function dtypeAttr(context: InferContext, name: string): DType | undefined {
  const code = intAttr(context, name);
  if (code === undefined) return undefined;
  return dtypeFromCode(code) ?? reject(context, `attribute "${name}" names no element type: ${code}`);
}

/** More axes than any model has; a rank beyond is a damaged file. */
const maxRank = 256;

/** A shape of `rank` unknown dimensions. */
export function unknownDims(rank: number): Dim[] {
  return new Array<Dim>(rank).fill(undefined);
}

/** A shape of `rank` unknown dimensions where the rank itself was computed; undefined when it is unknown or makes no sense. */
export function shapeOfRank(rank: Dim): Shape | undefined {
  return typeof rank === "number" && Number.isInteger(rank) && rank >= 0 && rank <= maxRank
    ? unknownDims(rank)
    : undefined;
}

/** An axis counted from the front. Rejects axes outside [-rank, rank). */
export function axisOf(context: InferContext, axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) reject(context, `axis ${axis} is outside of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** Axes counted from the front. Rejects axes out of range and repeated ones. */
export function axesOf(context: InferContext, axes: readonly number[], rank: number): readonly number[] {
  const list = axes.map((axis) => axisOf(context, axis, rank));
  if (new Set(list).size !== list.length) reject(context, `axes [${axes.join(", ")}] name one axis twice`);
  return list;
}

/** Rejects an input whose known rank is not `rank`. */
export function expectRank(context: InferContext, index: number, rank: number): void {
  const shape = shapeOf(context, index);
  if (shape !== undefined && shape.length !== rank)
    reject(context, `input ${index} has rank ${shape.length}, not ${rank}`);
}

/** Of two dimensions that must be equal, the one known better. Rejects two different numbers. */
export function unify(context: InferContext, a: Dim, b: Dim, what: string): Dim {
  if (typeof a === "number" && typeof b === "number" && a !== b) reject(context, `${what} do not agree: ${a} and ${b}`);
  return typeof a === "number" ? a : typeof b === "number" ? b : (a ?? b);
}

/** The dimension that two dimensions broadcast to; undefined when it cannot be told. Rejects different numbers. */
export function broadcastDim(context: InferContext, a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1 || sameDim(a, b)) return a;
  if (typeof a === "number" && typeof b === "number")
    return reject(context, `dimensions ${printDim(a)} and ${printDim(b)} do not broadcast`);
  return typeof a === "number" ? a : typeof b === "number" ? b : undefined;
}

/** The shape that shapes broadcast to (numpy rules); undefined when one rank is unknown. */
export function broadcast(context: InferContext, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined;
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    result = result === undefined ? shape : broadcastPair(context, result, shape);
  }
  return result ?? [];
}

function broadcastPair(context: InferContext, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const shape: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const left = i - rank + a.length;
    const right = i - rank + b.length;
    shape.push(broadcastDim(context, left < 0 ? 1 : a[left], right < 0 ? 1 : b[right]));
  }
  return shape;
}

/** Integers from the attribute of the older forms, else from the input of the newer ones; undefined when unknown or absent. */
export function intsFrom(context: InferContext, attribute: string, input: number): readonly number[] | undefined {
  return intsAttr(context, attribute) ?? numbersIn(context.shapeValue(input));
}

/** The only element of a scalar or one-element input; undefined when unknown. */
export function scalarOf(context: InferContext, index: number): Dim {
  const content = context.shapeValue(index);
  return content?.length === 1 ? content[0] : undefined;
}

/** Content as numbers when every element is one; undefined otherwise. */
export function numbersIn(content: readonly Dim[] | undefined): readonly number[] | undefined {
  return content !== undefined && content.every((dim) => typeof dim === "number") ? content : undefined;
}
