import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import {
  addDims,
  elementCount,
  floorDivideDims,
  intAttr,
  intsAttr,
  isStatic,
  printDim,
  subtractDims,
} from "../../ir/index.ts";
import {
  axesOf,
  axisOf,
  dtypeOf,
  intsFrom,
  reject,
  shapeOf,
  shapeOfRank,
  typed,
  unknownDims,
  withContent,
} from "./rules.ts";

/** The result keeps the input's content, which is row-major. */
function reshaped(context: InferContext, shape: Shape | undefined): InferResult {
  return withContent(typed(dtypeOf(context, 0), shape), context.shapeValue(0));
}

/** The shape a Reshape target asks for: 0 copies the input's dimension, -1 (or the only unknown one) takes what is left. */
function resolveTarget(
  context: InferContext,
  input: Shape | undefined,
  target: readonly Dim[],
  allowZero: boolean,
): Shape {
  const isCopy = (dim: Dim): boolean => dim === 0 && !allowZero;
  const shape = target.map((dim, i): Dim => {
    if (typeof dim === "number" && dim < -1) return reject(context, `dimension ${dim} in the target shape`);
    if (!isCopy(dim)) return dim === -1 ? undefined : dim;
    if (input !== undefined && i >= input.length) return reject(context, `target dimension ${i} copies nothing`);
    return input?.[i];
  });
  const holes = target.flatMap((dim, i) => (dim === -1 ? [i] : []));
  if (holes.length > 1) reject(context, "the target shape has more than one -1");
  const unknown = target.flatMap((dim, i) => (dim === undefined ? [i] : []));
  if (input === undefined) return shape;
  const copied = new Set(target.flatMap((dim, i) => (isCopy(dim) ? [i] : [])));
  const count = elementCount(input.filter((_, i) => !copied.has(i)));
  const rest = elementCount(shape.filter((_, i) => !copied.has(i) && i !== holes[0] && i !== unknown[0]));
  const open = holes.length + unknown.length;
  if (open === 0 && typeof count === "number" && typeof rest === "number" && count !== rest)
    reject(context, `${count} elements cannot take the shape [${shape.map(printDim).join(", ")}]`);
  const at = holes[0] ?? unknown[0];
  if (open !== 1 || at === undefined || count === undefined || rest === undefined || rest === 0) return shape;
  if (typeof count === "number" && typeof rest === "number" && count % rest !== 0)
    reject(context, `${count} elements do not divide into groups of ${rest}`);
  shape[at] = floorDivideDims(count, rest);
  return shape;
}

/** Reshape: the target shape is an attribute before opset 5 and an input since. */
function inferReshape(context: InferContext): InferResult {
  const target = context.opset < 5 ? intsAttr(context, "shape") : context.shapeValue(1);
  if (target !== undefined)
    return reshaped(
      context,
      resolveTarget(context, shapeOf(context, 0), target, intAttr(context, "allowzero", 0) === 1),
    );
  const rank = shapeOf(context, 1)?.[0];
  return reshaped(context, shapeOfRank(rank));
}

/** Flatten: [d0 … d(axis-1), d(axis) … dn]. */
function inferFlatten(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return reshaped(context, unknownDims(2));
  const axis = intAttr(context, "axis", 1);
  if (axis < -shape.length || axis > shape.length) reject(context, `axis ${axis} is outside of rank ${shape.length}`);
  const at = axis < 0 ? axis + shape.length : axis;
  return reshaped(context, [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))]);
}

/** Squeeze: drops the named axes, or every axis of size 1. Axes are an attribute before opset 13 and an input since. */
function inferSqueeze(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const axes = intsFrom(context, "axes", 1);
  if (shape === undefined) return reshaped(context, undefined);
  if (axes === undefined) {
    const count = shapeOf(context, 1)?.[0];
    if (context.has(1)) return reshaped(context, shapeOfRank(subtractDims(shape.length, count)));
    return reshaped(context, isStatic(shape) ? shape.filter((dim) => dim !== 1) : undefined);
  }
  const dropped = new Set(axes.map((axis) => axisOf(context, axis, shape.length)));
  for (const axis of dropped) {
    const dim = shape[axis];
    if (typeof dim === "number" && dim !== 1) reject(context, `axis ${axis} has size ${dim}, not 1`);
  }
  return reshaped(
    context,
    shape.filter((_, i) => !dropped.has(i)),
  );
}

/** Unsqueeze: inserts axes of size 1, counted in the output. Axes are an attribute before opset 13 and an input since. */
function inferUnsqueeze(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const axes = intsFrom(context, "axes", 1);
  if (shape === undefined) return reshaped(context, undefined);
  if (axes === undefined) {
    const count = shapeOf(context, 1)?.[0];
    return reshaped(context, shapeOfRank(addDims(shape.length, count)));
  }
  const rank = shape.length + axes.length;
  const inserted = new Set(axesOf(context, axes, rank));
  const old = shape[Symbol.iterator]();
  return reshaped(
    context,
    Array.from({ length: rank }, (_, i): Dim => (inserted.has(i) ? 1 : old.next().value)),
  );
}

/** Operators that give the elements another shape and leave their order. */
export const reshapeInference: readonly OpInference[] = [
  { names: ["Reshape"], infer: inferReshape },
  { names: ["Flatten"], infer: inferFlatten },
  { names: ["Squeeze"], infer: inferSqueeze },
  { names: ["Unsqueeze"], infer: inferUnsqueeze },
];
