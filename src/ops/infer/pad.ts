import type { Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { addDims, floorDivideDims, intsAttr } from "../../ir/index.ts";
import { axesOf, dtypeOf, numbersIn, reject, shapeOf, shapeOfRank, typed, types, unknownDims } from "./rules.ts";

/** Pad: begin and end per axis. Attribute `paddings` in opset 1, `pads` to opset 10, an input since; axes from opset 18. */
function inferPad(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  const pads: readonly Dim[] | undefined =
    context.opset < 11 ? (intsAttr(context, "pads") ?? intsAttr(context, "paddings")) : context.shapeValue(1);
  if (shape === undefined) {
    const isWhole = pads !== undefined && !context.has(3);
    return types(typed(dtype, isWhole ? shapeOfRank(pads.length / 2) : undefined));
  }
  const given = context.has(3) ? numbersIn(context.shapeValue(3)) : shape.map((_, i) => i);
  if (pads === undefined || given === undefined) return types(typed(dtype, unknownDims(shape.length)));
  const axes = axesOf(context, given, shape.length);
  if (pads.length !== 2 * axes.length) reject(context, `${pads.length} pads for ${axes.length} axes`);
  const out = [...shape];
  axes.forEach((axis, i) => {
    const size = addDims(addDims(shape[axis], pads[i]), pads[i + axes.length]);
    if (typeof size === "number" && size < 0) reject(context, `axis ${axis} gets size ${size}`);
    out[axis] = size;
  });
  return types(typed(dtype, out));
}

/** CenterCropPad: the target's content along `axes`, all by default. */
function inferCenterCropPad(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return types(typed(dtypeOf(context, 0), undefined));
  const axes = axesOf(context, intsAttr(context, "axes") ?? shape.map((_, i) => i), shape.length);
  const target = context.shapeValue(1);
  const out = [...shape];
  axes.forEach((axis, i) => (out[axis] = target?.[i]));
  return types(typed(dtypeOf(context, 0), out));
}

/** Col2Im: [N, C·prod(block), L] to [N, C, image…]. */
function inferCol2Im(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const image = context.shapeValue(1);
  const block = numbersIn(context.shapeValue(2));
  const rank = image?.length ?? shapeOf(context, 1)?.[0];
  if (typeof rank !== "number") return types(typed(dtypeOf(context, 0), undefined));
  const columns = shape?.[1];
  const size = block?.reduce((a, b) => a * b, 1);
  if (typeof columns === "number" && size !== undefined && columns % size !== 0)
    reject(context, `${columns} rows do not divide into blocks of ${size}`);
  const channels = size === undefined ? undefined : floorDivideDims(columns, size);
  return types(typed(dtypeOf(context, 0), [shape?.[0], channels, ...(image ?? shapeOfRank(rank) ?? [])]));
}

/** Padding, cropping, and the inverse of im2col. */
export const padInference: readonly OpInference[] = [
  { names: ["Pad"], infer: inferPad },
  { names: ["CenterCropPad"], infer: inferCenterCropPad },
  { names: ["Col2Im"], infer: inferCol2Im },
];
