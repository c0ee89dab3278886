import type { StaticShape } from "../../ir/index.ts";
import { sizeOf, stridesOf } from "../../ir/index.ts";

export { stridesOf };

/** An axis in [-rank, rank) as one in [0, rank); RangeError when it lies outside. */
export function normalizeAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) throw new RangeError(`axis ${axis} of a tensor of rank ${rank}`);
  return positive;
}

/** The shape that all broadcast to (ONNX multidirectional broadcasting); RangeError when there is none. */
export function broadcastShapes(...shapes: readonly StaticShape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((dim, i) => {
      const at = rank - shape.length + i;
      if (dim === 1 || dim === out[at]) return;
      if (out[at] !== 1)
        throw new RangeError(`shapes ${shapes.map((s) => `[${s.join(",")}]`).join(" and ")} do not broadcast`);
      out[at] = dim;
    });
  }
  return out;
}

/**
 * Linear positions met when `shape` is walked in row-major order with the given strides: the one primitive behind
 * transposing, broadcasting (stride 0), slicing (offset, negative strides) and window gathering.
 */
export function stridedIndices(shape: StaticShape, strides: readonly number[], offset = 0): Int32Array {
  const out = new Int32Array(sizeOf(shape));
  if (out.length === 0) return out;
  out[0] = offset;
  let filled = 1;
  // Grows from the innermost axis outwards: each axis repeats what is filled, shifted by its stride.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const step = strides[axis] as number;
    const block = filled;
    for (let k = 1; k < (shape[axis] as number); k++) {
      const shift = k * step;
      for (let i = 0; i < block; i++) out[filled++] = (out[i] as number) + shift;
    }
  }
  return out;
}

/** For each element of `to`, the linear position of the element of `from` that broadcasts to it; undefined when equal. */
export function broadcastIndices(from: StaticShape, to: StaticShape): Int32Array | undefined {
  if (from.length === to.length && from.every((dim, i) => dim === to[i])) return undefined;
  const lead = to.length - from.length;
  if (lead < 0) throw new RangeError(`[${from.join(",")}] does not broadcast to [${to.join(",")}]`);
  const own = stridesOf(from);
  const strides = to.map((dim, i) => {
    const size = from[i - lead];
    if (size === undefined || (size === 1 && dim !== 1)) return 0;
    if (size !== dim) throw new RangeError(`[${from.join(",")}] does not broadcast to [${to.join(",")}]`);
    return own[i - lead] as number;
  });
  return stridedIndices(to, strides);
}

/** A shape seen from one axis: `outer` blocks, of `length` slices along the axis, of `inner` elements each. */
export interface AxisView {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Splits a shape at an axis, so that element (o, k, i) stands at (o * length + k) * inner + i. */
export function axisView(shape: StaticShape, axis: number): AxisView {
  const at = normalizeAxis(axis, shape.length);
  return { outer: sizeOf(shape.slice(0, at)), length: shape[at] as number, inner: sizeOf(shape.slice(at + 1)) };
}
