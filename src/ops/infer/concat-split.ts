import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import {
  addDims,
  ceilDivideDims,
  floorDivideDims,
  intAttr,
  isStatic,
  multiplyDims,
  stridesOf,
  subtractDims,
} from "../../ir/index.ts";
import { contentLimit, gatherContent } from "./elements.ts";
import { axisOf, dtypeOf, intsFrom, reject, shapeOf, typed, types, unify, withContent } from "./rules.ts";

/** Content of joined vectors; parts without known content count as unknown elements. */
function joinedVector(context: InferContext): readonly Dim[] | undefined {
  const parts = context.inputs.map((_, index): readonly Dim[] | undefined => {
    const shape = shapeOf(context, index);
    const content = context.shapeValue(index);
    if (content !== undefined) return content;
    const length = shape?.[0];
    return typeof length === "number" && length >= 0 && length <= contentLimit
      ? new Array<Dim>(length).fill(undefined)
      : undefined;
  });
  const joined = parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  return joined !== undefined && joined.length <= contentLimit ? joined : undefined;
}

/** Concat: dimensions add up along the axis and agree elsewhere. Opset 1 defaults to axis 1. */
function inferConcat(context: InferContext): InferResult {
  const dtype = context.inputs.map((_, index) => dtypeOf(context, index)).find((other) => other !== undefined);
  context.inputs.forEach((_, index) => {
    const other = dtypeOf(context, index);
    if (other !== undefined && other !== dtype)
      reject(context, `inputs have different element types: ${dtype} and ${other}`);
  });
  const shapes = context.inputs.map((_, index) => shapeOf(context, index));
  const first = shapes.find((shape) => shape !== undefined);
  if (first === undefined) return types(typed(dtype, undefined));
  const axis = axisOf(context, intAttr(context, "axis", 1), first.length);
  const out: Dim[] = first.map((dim, i) => (i === axis ? 0 : dim));
  for (const shape of shapes) {
    if (shape !== undefined && shape.length !== first.length)
      reject(context, `inputs have ranks ${first.length} and ${shape.length}`);
    for (let i = 0; i < out.length; i++) {
      if (i === axis) out[i] = addDims(out[i], shape?.[i]);
      else if (shape !== undefined) out[i] = unify(context, out[i], shape[i], `dimensions ${i}`);
    }
  }
  return withContent(typed(dtype, out), out.length === 1 ? joinedVector(context) : undefined);
}

/** Sizes of the parts of a split along a dimension. */
function partSizes(context: InferContext, dim: Dim, parts: number): readonly Dim[] {
  const given = intsFrom(context, "split", 1);
  if (given !== undefined && given.length > 0) {
    if (given.length !== parts) reject(context, `${given.length} sizes for ${parts} outputs`);
    const sum = given.reduce((a, b) => a + b, 0);
    if (typeof dim === "number" && sum !== dim) reject(context, `sizes add up to ${sum}, but the dimension is ${dim}`);
    return given;
  }
  if (context.has(1)) return context.shapeValue(1) ?? new Array<Dim>(parts).fill(undefined);
  if (context.opset < 18) {
    if (typeof dim === "number" && dim % parts !== 0)
      reject(context, `${dim} does not divide into ${parts} equal parts`);
    return new Array<Dim>(parts).fill(floorDivideDims(dim, parts));
  }
  const size = ceilDivideDims(dim, parts);
  const last = subtractDims(dim, multiplyDims(size, parts - 1));
  return Array.from({ length: parts }, (_, i) => (i === parts - 1 ? last : size));
}

/** Split: parts of given sizes, or equal ones; from opset 18 the last may be smaller. */
function inferSplit(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  const parts = context.outputCount;
  if (shape === undefined) return { types: Array.from({ length: parts }, () => typed(dtype, undefined)) };
  const axis = axisOf(context, intAttr(context, "axis", 0), shape.length);
  const sizes = partSizes(context, shape[axis], parts);
  const shapes = sizes.map((size): Shape => shape.map((dim, i) => (i === axis ? size : dim)));
  return {
    types: shapes.map((part) => typed(dtype, part)),
    shapeValues: splitContent(context.shapeValue(0), shape, axis, shapes),
  };
}

function splitContent(
  content: readonly Dim[] | undefined,
  shape: Shape,
  axis: number,
  parts: readonly Shape[],
): readonly (readonly Dim[] | undefined)[] {
  if (content === undefined || !isStatic(shape)) return [];
  const strides = stridesOf(shape);
  let from = 0;
  return parts.map((part) => {
    const start = from * (strides[axis] as number);
    const size = part[axis];
    from += typeof size === "number" ? size : NaN;
    if (Number.isNaN(start)) return undefined;
    return gatherContent(part, (at) => content[start + at.reduce((sum, x, i) => sum + x * (strides[i] as number), 0)]);
  });
}

/** Joining and splitting along an axis. */
export const concatSplitInference: readonly OpInference[] = [
  { names: ["Concat"], infer: inferConcat },
  { names: ["Split"], infer: inferSplit },
];
