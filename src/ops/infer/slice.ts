import type { Dim, Shape } from "../../ir/index.ts";
import type { InferContext, InferResult, OpInference } from "../types.ts";
import {
  addDims,
  ceilDivideDims,
  extremeDim,
  intsAttr,
  isStatic,
  sameDim,
  stridesOf,
  subtractDims,
} from "../../ir/index.ts";
import { gatherContent } from "./elements.ts";
import { axisOf, dtypeOf, intsFrom, reject, shapeOf, typed, types, unknownDims, withContent } from "./rules.ts";

/** Bounds beyond this mean "to the end": exporters write INT32_MAX or INT64_MAX. */
const far = 2 ** 31 - 1;

/** What a Slice takes of one axis; `start` and `step` only where they are known numbers. */
interface Cut {
  readonly size: Dim;
  readonly start?: number;
  readonly step?: number;
}

function cutNumbers(dim: number, start: number, end: number, step: number): Cut {
  const clamp = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + dim : at, low), high);
  const from = step > 0 ? clamp(start, 0, dim) : clamp(start, 0, dim - 1);
  const to = step > 0 ? clamp(end, 0, dim) : clamp(end, -1, dim - 1);
  return { size: Math.max(0, Math.ceil((to - from) / step)), start: from, step };
}

/**
 * Slicing a symbolic dimension. Bounds counted from the end are taken to lie inside: a model that slices [1:] of N means
 * N-1 elements.
 */
function cutSymbolic(dim: Dim, start: Dim, end: Dim, step: number): Cut {
  if (step < 0) {
    const isWhole = (start === -1 || isFar(start, 1)) && isFar(end, -1);
    return { size: isWhole ? ceilDivideDims(dim, -step) : undefined };
  }
  const from = typeof start === "number" && start < 0 ? (isFar(start, -1) ? 0 : addDims(dim, start)) : start;
  const to = endOf(dim, end);
  if (to === undefined || from === undefined) return { size: undefined };
  const reachesEnd = sameDim(to, dim);
  const beyond = subtractDims(dim, to);
  const isInside = reachesEnd || (typeof beyond === "number" && beyond >= 0);
  if (isInside) return { size: nonNegative(ceilDivideDims(subtractDims(to, from), step)) };
  return from === 0 ? { size: ceilDivideDims(extremeDim("min", dim, to), step) } : { size: undefined };
}

function endOf(dim: Dim, end: Dim): Dim {
  if (typeof end !== "number") return end;
  if (end >= far) return dim;
  return end < 0 ? addDims(dim, end) : end;
}

function isFar(bound: Dim, sign: 1 | -1): boolean {
  return typeof bound === "number" && bound * sign >= far;
}

function nonNegative(dim: Dim): Dim {
  return typeof dim === "number" ? Math.max(0, dim) : dim;
}

function bounds(context: InferContext, attribute: string, input: number): readonly Dim[] | undefined {
  return context.opset < 10 ? intsAttr(context, attribute) : context.shapeValue(input);
}

/** Slice: attributes before opset 10, inputs since. */
function inferSlice(context: InferContext): InferResult {
  const shape = shapeOf(context, 0);
  const dtype = dtypeOf(context, 0);
  if (shape === undefined) return types(typed(dtype, undefined));
  const starts = bounds(context, "starts", 1);
  const ends = bounds(context, "ends", 2);
  const count = (starts ?? ends)?.length ?? shapeOf(context, 1)?.[0] ?? shapeOf(context, 2)?.[0];
  const hasAxes = context.opset < 10 ? context.attributes.has("axes") : context.has(3);
  const axes = hasAxes
    ? intsFrom(context, "axes", 3)
    : typeof count === "number"
      ? Array.from({ length: count }, (_, i) => i)
      : undefined;
  if (axes === undefined) return types(typed(dtype, unknownDims(shape.length)));
  if (typeof count === "number" && axes.length !== count) reject(context, `${count} starts and ${axes.length} axes`);
  const steps = context.has(4) ? context.shapeValue(4) : axes.map(() => 1);
  const cuts = shape.map((dim): Cut => ({ size: dim, start: 0, step: 1 }));
  axes.forEach((axis, i) => {
    const at = axisOf(context, axis, shape.length);
    cuts[at] = cutAxis(context, shape[at], starts?.[i], ends?.[i], steps?.[i]);
  });
  const out = cuts.map(({ size }) => size);
  return withContent(typed(dtype, out), slicedContent(context.shapeValue(0), shape, cuts, out));
}

function cutAxis(context: InferContext, dim: Dim, start: Dim, end: Dim, step: Dim): Cut {
  if (step === 0) reject(context, "step is 0");
  if (typeof step !== "number") return { size: undefined };
  if (typeof dim === "number" && typeof start === "number" && typeof end === "number")
    return cutNumbers(dim, start, end, step);
  return cutSymbolic(dim, start, end, step);
}

function slicedContent(
  content: readonly Dim[] | undefined,
  shape: Shape,
  cuts: readonly Cut[],
  out: Shape,
): readonly Dim[] | undefined {
  if (content === undefined || !isStatic(shape)) return undefined;
  if (cuts.some(({ start, step }) => start === undefined || step === undefined)) return undefined;
  const strides = stridesOf(shape);
  return gatherContent(
    out,
    (at) =>
      content[
        at.reduce((sum, x, i) => sum + ((cuts[i]?.start ?? 0) + x * (cuts[i]?.step ?? 1)) * (strides[i] as number), 0)
      ],
  );
}

/** Slice. */
export const sliceInference: readonly OpInference[] = [{ names: ["Slice"], infer: inferSlice }];
