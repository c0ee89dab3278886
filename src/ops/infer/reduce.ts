import type { Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { addDims, extremeDim, intAttr, multiplyDims, tensorType } from "../../ir/index.ts";
import { axisOf, dtypeOf, intsFrom, shapeOf, shapeOfRank, typed, types, withContent } from "./rules.ts";

/** Reductions of a vector to one element whose content inference follows. */
const folds: ReadonlyMap<string, (a: Dim, b: Dim) => Dim> = new Map([
  ["ReduceSum", addDims],
  ["ReduceProd", multiplyDims],
  ["ReduceMax", (a: Dim, b: Dim) => extremeDim("max", a, b)],
  ["ReduceMin", (a: Dim, b: Dim) => extremeDim("min", a, b)],
]);

/** Reduce…: the axes go, or keep size 1. Axes are an attribute in older forms, an input since; none means all. */
function inferReduce(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  if (shape === undefined) return types(typed(dtype, undefined));
  const keep = intAttr(context, "keepdims", 1) === 1;
  const given = intsFrom(context, "axes", 1);
  if (given === undefined && context.has(1)) {
    const count = shapeOf(context, 1)?.[0];
    const rank = keep ? shape.length : typeof count === "number" && count > 0 ? shape.length - count : undefined;
    return types(typed(dtype, shapeOfRank(rank)));
  }
  const isNone = given === undefined || given.length === 0;
  if (isNone && intAttr(context, "noop_with_empty_axes", 0) === 1) return types(typed(dtype, shape));
  const axes = new Set(isNone ? shape.keys() : given.map((axis) => axisOf(context, axis, shape.length)));
  const out = keep ? shape.map((dim, i) => (axes.has(i) ? 1 : dim)) : shape.filter((_, i) => !axes.has(i));
  const fold = folds.get(context.node.opType);
  const content = shape.length === 1 && axes.size === 1 ? context.shapeValue(0) : undefined;
  const isFolded = fold !== undefined && content !== undefined && content.length > 0;
  return withContent(typed(dtype, out), isFolded ? [content.reduce((a, b) => fold(a, b))] : undefined);
}

/** ArgMax, ArgMin: one axis goes, or keeps size 1; int64. */
function inferArg(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return types(tensorType("int64"));
  const axis = axisOf(context, intAttr(context, "axis", 0), shape.length);
  const keep = intAttr(context, "keepdims", 1) === 1;
  const out = keep ? shape.map((dim, i) => (i === axis ? 1 : dim)) : shape.filter((_, i) => i !== axis);
  return types(tensorType("int64", out));
}

/** Reductions along axes. */
export const reduceInference: readonly OpInference[] = [
  {
    names: [
      ...["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin"],
      ...["ReduceProd", "ReduceSum", "ReduceSumSquare"],
    ],
    infer: inferReduce,
  },
  { names: ["ArgMax", "ArgMin"], infer: inferArg },
];
