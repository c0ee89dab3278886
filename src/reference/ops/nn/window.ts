import type { Node, StaticShape } from "../../../ir/index.ts";
import { intsAttr, sizeOf, stringAttr } from "../../../ir/index.ts";
import { stridesOf } from "../../numeric/shape.ts";

/** One spatial axis of a sliding window: output o covers inputs o * stride - before + k * dilation for k in [0, kernel). */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** How the windows of pooling differ from those of convolution. */
export interface WindowRules {
  /** Rounds the number of windows up. */
  readonly ceil: boolean;
  /** Least padding that auto_pad SAME gives in all: pooling goes below 0 where the stride exceeds the kernel, and crops. */
  readonly leastPadding: number;
}

/** The axes of a convolution or pooling node from its attributes. */
export function windowAxes(
  node: Node,
  spatial: StaticShape,
  kernel: readonly number[],
  { ceil, leastPadding }: WindowRules = { ceil: false, leastPadding: 0 },
): readonly WindowAxis[] {
  const strides = intsAttr(node, "strides");
  const dilations = intsAttr(node, "dilations");
  const pads = intsAttr(node, "pads");
  const autoPad = stringAttr(node, "auto_pad", "NOTSET");
  return spatial.map((input, i) => {
    const axis = { input, kernel: kernel[i] as number, stride: strides?.[i] ?? 1, dilation: dilations?.[i] ?? 1 };
    const reach = (axis.kernel - 1) * axis.dilation + 1;
    if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER") {
      const output = Math.ceil(input / axis.stride);
      const { before, after } = splitPadding(
        Math.max(leastPadding, (output - 1) * axis.stride + reach - input),
        autoPad,
      );
      return { ...axis, output, before, after };
    }
    const explicit = autoPad === "NOTSET" ? pads : undefined;
    const before = explicit?.[i] ?? 0;
    const after = explicit?.[i + spatial.length] ?? 0;
    const room = (input + before + after - reach) / axis.stride + 1;
    let output = Math.max(0, ceil ? Math.ceil(room) : Math.floor(room));
    // A window that would start in the padding at the end is not one.
    if (ceil && output > 0 && (output - 1) * axis.stride >= input + before) output--;
    return { ...axis, output, before, after };
  });
}

/** Divides an amount of padding between the two ends: the odd element goes to the end in SAME_UPPER, else to the start. */
export function splitPadding(total: number, autoPad: string): { before: number; after: number } {
  const before = Math.trunc((autoPad === "SAME_UPPER" ? total : total + 1) / 2);
  return { before, after: total - before };
}

/** Pieces of rows that one kernel element reads: out[outs[i] + k] comes from in[ins[i] + k * stride], k < lengths[i]. */
export interface TapSegments {
  readonly outs: Int32Array;
  readonly ins: Int32Array;
  readonly lengths: Int32Array;
  readonly stride: number;
}

/** For each element of the kernel, in row-major order, the pieces of output rows for which it lies inside the input. */
export function tapSegments(axes: readonly WindowAxis[]): readonly TapSegments[] {
  const inner = axes.at(-1);
  if (inner === undefined) throw new RangeError("a window needs a spatial axis");
  const leading = axes.slice(0, -1);
  const inStrides = stridesOf(axes.map((axis) => axis.input));
  const outStrides = stridesOf(axes.map((axis) => axis.output));
  return Array.from({ length: sizeOf(axes.map((axis) => axis.kernel)) }, (_, tap) => {
    const offsets = tapOffsets(axes, tap);
    let rows: (readonly [out: number, input: number])[] = [[0, 0]];
    leading.forEach((axis, i) => {
      const [first, last] = insideRange(axis, offsets[i] as number);
      const next: (readonly [number, number])[] = [];
      for (const [out, input] of rows)
        for (let o = first; o < last; o++)
          next.push([
            out + o * (outStrides[i] as number),
            input + (o * axis.stride + (offsets[i] as number)) * (inStrides[i] as number),
          ]);
      rows = next;
    });
    const offset = offsets[leading.length] as number;
    const [first, last] = insideRange(inner, offset);
    return joined(
      first < last ? rows.map(([out, input]) => [out + first, input + first * inner.stride + offset]) : [],
      last - first,
      inner.stride,
    );
  });
}

/** Joins pieces that follow one another in both tensors, so that a 1x1 kernel runs over whole planes. */
function joined(rows: readonly (readonly [number, number])[], length: number, stride: number): TapSegments {
  const segments: { out: number; input: number; length: number }[] = [];
  for (const [out, input] of rows) {
    const last = segments.at(-1);
    if (stride === 1 && last !== undefined && last.out + last.length === out && last.input + last.length === input)
      last.length += length;
    else segments.push({ out, input, length });
  }
  return {
    outs: Int32Array.from(segments, (segment) => segment.out),
    ins: Int32Array.from(segments, (segment) => segment.input),
    lengths: Int32Array.from(segments, (segment) => segment.length),
    stride,
  };
}

function tapOffsets(axes: readonly WindowAxis[], tap: number): number[] {
  const strides = stridesOf(axes.map((axis) => axis.kernel));
  return axes.map(
    ({ kernel, dilation, before }, i) => (Math.floor(tap / (strides[i] as number)) % kernel) * dilation - before,
  );
}

/** The outputs o for which o * stride + offset lies inside the input. */
function insideRange(axis: WindowAxis, offset: number): readonly [number, number] {
  const first = Math.max(0, Math.ceil(-offset / axis.stride));
  const last = Math.min(axis.output, Math.floor((axis.input - 1 - offset) / axis.stride) + 1);
  return [first, Math.max(first, last)];
}

/** For each output, in row-major order, the positions of its window's elements in the input plane; -1 in the padding. */
export function windowPositions(axes: readonly WindowAxis[]): {
  readonly positions: Int32Array;
  readonly taps: number;
} {
  const taps = sizeOf(axes.map((axis) => axis.kernel));
  const outputs = sizeOf(axes.map((axis) => axis.output));
  const positions = new Int32Array(outputs * taps).fill(-1);
  tapSegments(axes).forEach(({ outs, ins, lengths, stride }, tap) => {
    outs.forEach((out, i) => {
      for (let k = 0; k < (lengths[i] as number); k++)
        positions[(out + k) * taps + tap] = (ins[i] as number) + k * stride;
    });
  });
  return { positions, taps };
}
