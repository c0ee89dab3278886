import type { Dim } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import { addDims, intAttr, intsAttr, multiplyDims, subtractDims } from "../../ir/index.ts";
import { dtypeOf, reject, shapeOf, typed, types, unify, unknownDims } from "./rules.ts";
import { slidOver, windowOf } from "./window.ts";

/** Pools over a window: [N, C, spatial…]; MaxPool's indices have the same shape. */
function inferPool(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  const kernel = intsAttr(context, "kernel_shape");
  if (kernel === undefined) reject(context, 'attribute "kernel_shape" is absent');
  if (shape === undefined) return types(typed(dtype, undefined), typed("int64", undefined));
  if (shape.length - 2 !== kernel.length) reject(context, `a kernel of ${kernel.length} axes for rank ${shape.length}`);
  const spatial = slidOver(context, shape.slice(2), kernel, windowOf(context, kernel.length));
  const out = [shape[0], shape[1], ...spatial];
  return types(typed(dtype, out), typed("int64", out));
}

/** Global pools: every spatial axis becomes 1. */
function inferGlobalPool(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape !== undefined && shape.length < 2) reject(context, `rank ${shape.length} has no channels`);
  return types(
    typed(
      dtypeOf(context, 0),
      shape?.map((dim, i) => (i < 2 ? dim : 1)),
    ),
  );
}

/** MaxUnpool: the shape given as input 2, or (in-1)·stride + kernel - pads. */
function inferMaxUnpool(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  const kernel = intsAttr(context, "kernel_shape", []);
  if (shape === undefined) return types(typed(dtype, undefined));
  if (context.has(2)) return types(typed(dtype, context.shapeValue(2) ?? unknownDims(shape.length)));
  if (shape.length - 2 !== kernel.length) reject(context, `a kernel of ${kernel.length} axes for rank ${shape.length}`);
  const { strides, pads } = windowOf(context, kernel.length);
  const spatial = shape.slice(2).map((dim, i): Dim => {
    const stretched = multiplyDims(subtractDims(dim, 1), strides[i]);
    return addDims(stretched, (kernel[i] ?? 0) - (pads[i] ?? 0) - (pads[i + kernel.length] ?? 0));
  });
  return types(typed(dtype, [shape[0], shape[1], ...spatial]));
}

/** RoiAlign: [regions, C, height, width]. */
function inferRoiAlign(context: InferContext): InferResult {
  const regions = unify(context, shapeOf(context, 1)?.[0], shapeOf(context, 2)?.[0], "numbers of regions");
  const size = [intAttr(context, "output_height", 1), intAttr(context, "output_width", 1)];
  return types(typed(dtypeOf(context, 0), [regions, shapeOf(context, 0)?.[1], ...size]));
}

/** MaxRoiPool: [regions, C, pooled…]. */
function inferMaxRoiPool(context: InferContext): InferResult {
  const size = intsAttr(context, "pooled_shape") ?? unknownDims(2);
  return types(typed(dtypeOf(context, 0), [shapeOf(context, 1)?.[0], shapeOf(context, 0)?.[1], ...size]));
}

/** Pools. */
export const poolInference: readonly OpInference[] = [
  { names: ["AveragePool", "LpPool", "MaxPool"], infer: inferPool },
  { names: ["GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool"], infer: inferGlobalPool },
  { names: ["MaxUnpool"], infer: inferMaxUnpool },
  { names: ["RoiAlign"], infer: inferRoiAlign },
  { names: ["MaxRoiPool"], infer: inferMaxRoiPool },
];
