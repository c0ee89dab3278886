import type { Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { intAttr, tensorType } from "../../ir/index.ts";
import { axisOf, dtypeOf, scalarOf, shapeOf, typed, types } from "./rules.ts";

/** TopK: k along the axis, an attribute before opset 10 and an input since. */
function inferTopK(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const k: Dim = context.opset < 10 ? intAttr(context, "k") : scalarOf(context, 1);
  if (shape === undefined) return types(typed(dtypeOf(context, 0), undefined), tensorType("int64"));
  const axis = axisOf(context, intAttr(context, "axis", -1), shape.length);
  const out = shape.map((dim, i) => (i === axis ? k : dim));
  return types(typed(dtypeOf(context, 0), out), tensorType("int64", out));
}

/** NonZero: [rank, number of non-zero elements]. */
function inferNonZero(context: InferContext): InferResult {
  return types(tensorType("int64", [shapeOf(context, 0)?.length, undefined]));
}

/** Unique: flat without axis, else distinct slices along it; the other outputs are int64 vectors. */
function inferUnique(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const axis = intAttr(context, "axis");
  const at = axis === undefined || shape === undefined ? undefined : axisOf(context, axis, shape.length);
  const out = axis === undefined ? [undefined] : shape?.map((dim, i) => (i === at ? undefined : dim));
  const inverse = at === undefined ? undefined : shape?.[at];
  const vector = tensorType("int64", [undefined]);
  return types(typed(dtypeOf(context, 0), out), vector, tensorType("int64", [inverse]), vector);
}

/** OneHot: the depth as a new axis (last by default), in the type of the values. */
function inferOneHot(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return types(typed(dtypeOf(context, 2), undefined));
  const axis = axisOf(context, intAttr(context, "axis", -1), shape.length + 1);
  const out = [...shape.slice(0, axis), scalarOf(context, 1), ...shape.slice(axis)];
  return types(typed(dtypeOf(context, 2), out));
}

/** NonMaxSuppression: [selected, 3]. */
function inferNonMaxSuppression(): InferResult {
  return types(tensorType("int64", [undefined, 3]));
}

/** Operators that select. */
export const selectionInference: readonly OpInference[] = [
  { names: ["TopK"], infer: inferTopK },
  { names: ["NonZero"], infer: inferNonZero },
  { names: ["Unique"], infer: inferUnique },
  { names: ["OneHot"], infer: inferOneHot },
  { names: ["NonMaxSuppression"], infer: inferNonMaxSuppression },
];
