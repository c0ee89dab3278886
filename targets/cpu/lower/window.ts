import type { Node } from "../../../src/ir/index.ts";
import { intsAttr, stringAttr } from "../../../src/ir/index.ts";
import type { Window } from "../workload.ts";

/** The window of a convolution or pool with two spatial dimensions. */
export function windowOf(node: Node, kernel: readonly [number, number]): Window {
  const pair = (name: string): readonly [number, number] => intsAttr(node, name, [1, 1]) as readonly [number, number];
  return { kernel, stride: pair("strides"), dilation: pair("dilations") };
}

/** Padding of a transposed convolution; undefined where it follows from the size of the result. */
export function transposedPadsOf(node: Node): readonly [number, number, number, number] | undefined {
  const mode = stringAttr(node, "auto_pad", "NOTSET");
  if (node.attributes.has("output_shape") || (mode !== "NOTSET" && mode !== "VALID")) return undefined;
  return mode === "VALID" ? [0, 0, 0, 0] : (intsAttr(node, "pads", [0, 0, 0, 0]) as [number, number, number, number]);
}

/** Why averages with dilations have no kernel. */
export const averageWithGaps = "an average over cells with gaps";

/** Why averages that count cells behind the padding have no kernel: whether they do differs between operator sets. */
export const averageOfNothing = "an average that counts cells behind the padding";

/** Cells behind the input that the last window along an axis reaches, those of the padding included. */
export function cellsBehind(
  { kernel, stride, dilation }: Window,
  before: number,
  [input, output]: readonly [number, number],
  axis: 0 | 1,
): number {
  const reach = (output - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  return Math.max(0, reach - before - input);
}

/** Whether windows reach behind the padding, as those of pools do whose results are rounded up. */
export function passesPadding(
  window: Window,
  pads: readonly [number, number, number, number],
  input: readonly number[],
  output: readonly number[],
): boolean {
  return ([0, 1] as const).some((axis) => {
    const sizes = [input[2 + axis] as number, output[2 + axis] as number] as const;
    return cellsBehind(window, pads[axis] as number, sizes, axis) > (pads[2 + axis] as number);
  });
}

/** Whether the cells of a window lie side by side. */
export function isDense({ dilation }: Window): boolean {
  return dilation.every((distance) => distance === 1);
}

/** Padding at top, left, bottom, right, with automatic padding resolved (ONNX: SAME_UPPER puts the odd cell at the end). */
export function padsOf(
  node: Node,
  shape: readonly number[],
  { kernel, stride, dilation }: Window,
): readonly [number, number, number, number] | undefined {
  const mode = stringAttr(node, "auto_pad", "NOTSET");
  if (mode === "NOTSET") return intsAttr(node, "pads", [0, 0, 0, 0]) as readonly [number, number, number, number];
  if (mode === "VALID") return [0, 0, 0, 0];
  const total = [0, 1].map((axis) => {
    const size = shape[2 + axis] as number;
    const step = stride[axis] as number;
    const reach = ((kernel[axis] as number) - 1) * (dilation[axis] as number) + 1;
    return Math.max((Math.ceil(size / step) - 1) * step + reach - size, 0);
  }) as [number, number];
  const before = total.map((pad) => (mode === "SAME_LOWER" ? Math.ceil(pad / 2) : Math.floor(pad / 2))) as [
    number,
    number,
  ];
  return [before[0], before[1], total[0] - before[0], total[1] - before[1]];
}
