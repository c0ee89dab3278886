import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import {
  floatAttr,
  floatsAttr,
  floorDivideDims,
  intsAttr,
  multiplyDims,
  numbersOf,
  stringAttr,
} from "../../ir/index.ts";
import {
  axesOf,
  dtypeOf,
  expectRank,
  numbersIn,
  reject,
  shapeOf,
  shapeOfRank,
  typed,
  types,
  unify,
  unknownDims,
} from "./rules.ts";

/** floor(dim · scale); a symbolic dimension where the scale is a fraction of a small denominator. */
function scaled(dim: Dim, scale: number | undefined): Dim {
  if (dim === undefined || scale === undefined) return undefined;
  if (typeof dim === "number") return Math.floor(Math.fround(dim * Math.fround(scale)));
  for (let denominator = 1; denominator <= 64; denominator *= 2)
    if (Number.isInteger(scale * denominator))
      return floorDivideDims(multiplyDims(dim, scale * denominator), denominator);
  return undefined;
}

/** Content of a float input: constants of any size are read, empty ones count as absent. */
function floatsOf(context: InferContext, index: number): readonly number[] | undefined {
  const tensor = context.constant(index);
  const values = tensor === undefined ? numbersIn(context.shapeValue(index)) : Array.from(numbersOf(tensor));
  return values !== undefined && values.length > 0 ? values : undefined;
}

/** keep_aspect_ratio_policy: one scale for all axes, the least or greatest of those asked for; sizes round half up. */
function keptAspect(dims: Shape, sizes: readonly Dim[], policy: string): readonly Dim[] {
  const ratios = sizes.map((size, i) => {
    const dim = dims[i];
    return typeof size === "number" && typeof dim === "number" ? size / dim : undefined;
  });
  if (!ratios.every((ratio) => ratio !== undefined)) return unknownDims(sizes.length);
  const ratio = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return dims.map((dim) => Math.floor(ratio * (dim as number) + 0.5));
}

/** Resize: by scales (input 1 in opset 10, input 2 since) or to sizes (input 3), along `axes` or all. */
function inferResize(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  if (shape === undefined) return types(typed(dtype, undefined));
  const axes = axesOf(context, intsAttr(context, "axes") ?? shape.map((_, i) => i), shape.length);
  const scales = floatsOf(context, context.opset < 11 ? 1 : 2);
  const sizes = context.has(3) ? context.shapeValue(3) : undefined;
  for (const list of [scales, sizes])
    if (list !== undefined && list.length > 0 && list.length !== axes.length)
      reject(context, `${list.length} scales or sizes for ${axes.length} axes`);
  const out = [...shape];
  const policy = stringAttr(context, "keep_aspect_ratio_policy", "stretch");
  if (sizes !== undefined && sizes.length > 0) {
    const wanted =
      policy === "stretch"
        ? sizes
        : keptAspect(
            axes.map((axis) => shape[axis]),
            sizes,
            policy,
          );
    axes.forEach((axis, i) => (out[axis] = wanted[i]));
  } else axes.forEach((axis, i) => (out[axis] = scales?.[i] === 1 ? shape[axis] : scaled(shape[axis], scales?.[i])));
  return types(typed(dtype, out));
}

/** Upsample: scales are attributes before opset 9 (opset 1: of height and width), an input since. */
function inferUpsample(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  if (shape === undefined) return types(typed(dtypeOf(context, 0), undefined));
  const [height, width] = [floatAttr(context, "height_scale"), floatAttr(context, "width_scale")];
  const old = height !== undefined && width !== undefined ? [1, 1, height, width] : undefined;
  const scales = context.opset < 9 ? (floatsAttr(context, "scales") ?? old) : floatsOf(context, 1);
  if (scales !== undefined && scales.length !== shape.length)
    reject(context, `${scales.length} scales for rank ${shape.length}`);
  return types(
    typed(
      dtypeOf(context, 0),
      shape.map((dim, i) => (scales?.[i] === 1 ? dim : scaled(dim, scales?.[i]))),
    ),
  );
}

/** GridSample: [N, C, grid's spatial shape]. */
function inferGridSample(context: InferContext): InferResult {
  const [x, grid] = [shapeOf(context, 0), shapeOf(context, 1)];
  const rank = x?.length ?? grid?.length;
  if (rank === undefined) return types(typed(dtypeOf(context, 0), undefined));
  expectRank(context, 1, rank);
  const batch = unify(context, x?.[0], grid?.[0], "batch sizes of input and grid");
  return types(typed(dtypeOf(context, 0), [batch, x?.[1], ...(grid ?? unknownDims(rank)).slice(1, -1)]));
}

/** AffineGrid: `size` is [N, C, spatial…]; the grid is [N, spatial…, number of spatial axes]. */
function inferAffineGrid(context: InferContext): InferResult {
  const length = shapeOf(context, 1)?.[0];
  const size = context.shapeValue(1) ?? shapeOfRank(length);
  if (size === undefined) return types(typed(dtypeOf(context, 0), undefined));
  const batch = size[0] ?? shapeOf(context, 0)?.[0];
  return types(typed(dtypeOf(context, 0), [batch, ...size.slice(2), size.length - 2]));
}

/** Resampling. */
export const resizeInference: readonly OpInference[] = [
  { names: ["Resize"], infer: inferResize },
  { names: ["Upsample"], infer: inferUpsample },
  { names: ["GridSample"], infer: inferGridSample },
  { names: ["AffineGrid"], infer: inferAffineGrid },
];
