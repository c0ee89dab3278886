import type { Tensor } from "../../../ir/index.ts";
import { intsAttr, sizeOf, stringAttr } from "../../../ir/index.ts";
import { integersOf, realsOf } from "../../numeric/decode.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { optionalTensorInput } from "../../operands.ts";
import type { OpCall } from "../../types.ts";

/** How one axis is resized. */
export interface ResizeAxis {
  readonly input: number;
  readonly output: number;
  /** Output length over input length, before the output length was made whole. */
  readonly scale: number;
  /** Region of interest, as fractions of the axis. */
  readonly roi: readonly [start: number, end: number];
}

/** The inputs of Resize in the order of its version: opset 10 has scales alone, since 11 there are roi, scales, sizes. */
export function resizeAxes(call: OpCall, x: Tensor): readonly ResizeAxis[] {
  const given = (index: number): Tensor | undefined => {
    const tensor = optionalTensorInput(call, index);
    return tensor === undefined || sizeOf(tensor.shape) === 0 ? undefined : tensor;
  };
  const roi = call.opset < 11 ? undefined : given(1);
  const scales = given(call.opset < 11 ? 1 : 2);
  const sizes = call.opset < 11 ? undefined : given(3);
  const named = intsAttr(call.node, "axes") ?? x.shape.map((_, axis) => axis);
  const axes = named.map((axis) => normalizeAxis(axis, x.shape.length));
  const policy = stringAttr(call.node, "keep_aspect_ratio_policy", "stretch");
  if ((scales === undefined) === (sizes === undefined))
    throw new RangeError("Resize: exactly one of scales and sizes is needed");
  const lengths = axes.map((axis) => x.shape[axis] as number);
  const extents =
    sizes === undefined
      ? scaledLengths(lengths, realsOf(scales as Tensor))
      : wantedLengths(lengths, integersOf(sizes), policy);
  const region = roi === undefined ? undefined : realsOf(roi);
  return x.shape.map((input, axis) => {
    const at = axes.indexOf(axis);
    const extent = extents[at];
    if (extent === undefined) return { input, output: input, scale: 1, roi: [0, 1] };
    return { input, ...extent, roi: [region?.[at] ?? 0, region?.[at + axes.length] ?? 1] };
  });
}

interface Extent {
  readonly output: number;
  readonly scale: number;
}

/** Output lengths from scales, in single precision as the scales are: 10 * 0.7 is 7 there. */
export function scaledLengths(lengths: readonly number[], scales: ArrayLike<number>): Extent[] {
  return lengths.map((length, i) => {
    const scale = scales[i] as number;
    return { output: Math.floor(Math.fround(length * scale)), scale };
  });
}

function wantedLengths(lengths: readonly number[], sizes: readonly number[], policy: string): Extent[] {
  const ratios = lengths.map((length, i) => (sizes[i] as number) / length);
  if (policy === "stretch") return ratios.map((scale, i) => ({ output: sizes[i] as number, scale }));
  const scale = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return lengths.map((length) => ({ output: Math.floor(scale * length + 0.5), scale }));
}
