import { axisView } from "../../numeric/shape.ts";
import { cubicKernel } from "../tensor/interpolation.ts";

/** What one output coordinate reads along an axis: neighbouring coordinates, clamped to the axis, and their weights. */
export interface ResampleTaps {
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** How mode linear or cubic weighs the neighbours of a point. */
export interface ResampleFilter {
  /** Weight by distance, and the distance at which it becomes zero. */
  readonly kernel: (distance: number) => number;
  readonly radius: number;
  /** Widens the kernel when the axis shrinks. */
  readonly antialias: boolean;
  /** Leaves out neighbours outside the axis and scales the others up. */
  readonly excludeOutside: boolean;
}

/** The kernel of mode linear. */
export const linearFilter = { kernel: (distance: number): number => Math.max(0, 1 - Math.abs(distance)), radius: 1 };

/** The kernel of mode cubic with the given coefficient. */
export function cubicFilter(a: number): { kernel: (distance: number) => number; radius: number } {
  return { kernel: (distance) => cubicKernel(distance, a), radius: 2 };
}

/** The neighbours of a point on an axis of `length` that is resized by `scale`. */
export function tapsAround(point: number, length: number, scale: number, filter: ResampleFilter): ResampleTaps {
  const squeeze = filter.antialias ? Math.min(scale, 1) : 1;
  const first = Math.floor(point) + Math.floor(-filter.radius / squeeze) + 1;
  const last = Math.ceil(point + filter.radius / squeeze);
  const at: number[] = [];
  const weights: number[] = [];
  for (let i = first; i <= last; i++) {
    const isOutside = i < 0 || i >= length;
    if (isOutside && filter.excludeOutside) continue;
    at.push(Math.max(0, Math.min(length - 1, i)));
    weights.push(filter.kernel((i - point) * squeeze));
  }
  if (!filter.antialias && !filter.excludeOutside) return { at, weights };
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { at, weights: sum === 0 ? weights : weights.map((weight) => weight / sum) };
}

/** Resamples one axis: element k of the result is the weighted sum that taps[k] names, `fill` without taps. */
export function resampleAxis(
  data: Float64Array,
  shape: readonly number[],
  axis: number,
  taps: readonly (ResampleTaps | undefined)[],
  fill: number,
): Float64Array {
  const { outer, length, inner } = axisView(shape, axis);
  const out = new Float64Array(outer * taps.length * inner);
  for (let o = 0; o < outer; o++)
    taps.forEach((own, k) => {
      const to = (o * taps.length + k) * inner;
      if (own === undefined) {
        out.fill(fill, to, to + inner);
        return;
      }
      own.at.forEach((source, t) => {
        const weight = own.weights[t] as number;
        const from = (o * length + source) * inner;
        for (let i = 0; i < inner; i++) out[to + i] = (out[to + i] as number) + weight * (data[from + i] as number);
      });
    });
  return out;
}
