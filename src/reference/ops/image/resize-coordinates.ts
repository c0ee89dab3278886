import type { ResizeAxis } from "./resize-geometry.ts";

/** Where in the input an output coordinate lies, on one axis. */
export type CoordinateMap = (x: number, axis: ResizeAxis) => number;

/**
 * The values of coordinate_transformation_mode. Each operation is rounded to single precision, in which runtimes compute
 * and which decides ties of mode nearest.
 */
export const coordinateMaps: Readonly<Record<string, CoordinateMap>> = {
  half_pixel: halfPixel,
  asymmetric: (x, { scale }) => f(x / f(scale)),
  tf_half_pixel_for_nn: (x, { scale }) => f(f(x + 0.5) / f(scale)),
  pytorch_half_pixel: (x, axis) => (axis.output > 1 ? halfPixel(x, axis) : 0),
  align_corners(x, { input, scale }) {
    const length = scale * input;
    return length === 1 ? 0 : f((x * (input - 1)) / (length - 1));
  },
  half_pixel_symmetric(x, axis) {
    const adjustment = axis.output / (axis.scale * axis.input);
    return f((axis.input / 2) * (1 - adjustment) + halfPixel(x, axis));
  },
  tf_crop_and_resize(x, { input, scale, roi: [start, end] }) {
    const length = scale * input;
    if (length === 1) return f(0.5 * (start + end) * (input - 1));
    return f(start * (input - 1) + (x * (end - start) * (input - 1)) / (length - 1));
  },
};

const f = Math.fround;

function halfPixel(x: number, { scale }: ResizeAxis): number {
  return f(f(f(x + 0.5) / f(scale)) - 0.5);
}
