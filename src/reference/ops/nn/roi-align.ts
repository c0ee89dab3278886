import { floatAttr, intAttr, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** A bilinear sampling point on one axis: two neighbours and the weight of the second. */
interface Point {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

/**
 * RoiAlign: averages (or takes the maximum over) bilinear samples in each bin of each region (He et al., Mask R-CNN).
 * The half-pixel shift is the default since opset 16. Mode max compares the weighted neighbours, not the samples.
 */
export const roiAlign: ReferenceOp = {
  domain: "",
  name: "RoiAlign",
  run(call) {
    const x = tensorInput(call, 0);
    const rois = tensorInput(call, 1);
    const batchOf = integersInput(call, 2) ?? [];
    const [, channels = 0, height = 0, width = 0] = x.shape;
    const rows = intAttr(call.node, "output_height", 1);
    const columns = intAttr(call.node, "output_width", 1);
    const sampling = intAttr(call.node, "sampling_ratio", 0);
    const scale = floatAttr(call.node, "spatial_scale", 1);
    const fallback = call.opset < 16 ? "output_half_pixel" : "half_pixel";
    const halfPixel = stringAttr(call.node, "coordinate_transformation_mode", fallback) === "half_pixel";
    const isMax = stringAttr(call.node, "mode", "avg") === "max";
    const regions = realsOf(rois);
    const source = realsOf(x);
    const y = new Float64Array(batchOf.length * channels * rows * columns);
    let filled = 0;
    batchOf.forEach((n, r) => {
      const [x1, y1, x2, y2] = Array.from(
        regions.subarray(r * 4, r * 4 + 4),
        (corner) => corner * scale - (halfPixel ? 0.5 : 0),
      ) as [number, number, number, number];
      const vertical = samplePoints(y1, y2, rows, sampling, height, halfPixel);
      const horizontal = samplePoints(x1, x2, columns, sampling, width, halfPixel);
      for (let c = 0; c < channels; c++) {
        const plane = source.subarray((n * channels + c) * height * width, (n * channels + c + 1) * height * width);
        for (const ys of vertical)
          for (const xs of horizontal)
            y[filled++] = isMax ? binMaximum(plane, width, ys, xs) : binMean(plane, width, ys, xs);
      }
    });
    return [encodeReals(x.dtype, [batchOf.length, channels, rows, columns], y)];
  },
};

/** The sampling points of every bin on one axis; undefined marks one outside the image. */
function samplePoints(
  start: number,
  end: number,
  bins: number,
  sampling: number,
  limit: number,
  halfPixel: boolean,
): (Point | undefined)[][] {
  // Without the half-pixel shift malformed regions are taken as one pixel.
  const extent = halfPixel ? end - start : Math.max(end - start, 1);
  const size = extent / bins;
  const count = sampling > 0 ? sampling : Math.ceil(size);
  return Array.from({ length: bins }, (_, b) =>
    Array.from({ length: Math.max(0, count) }, (_, i) => pointAt(start + b * size + ((i + 0.5) * size) / count, limit)),
  );
}

function pointAt(at: number, limit: number): Point | undefined {
  if (at < -1 || at > limit) return undefined;
  const inside = Math.max(0, at);
  const low = Math.floor(inside);
  if (low >= limit - 1) return { low: limit - 1, high: limit - 1, weight: 0 };
  return { low, high: low + 1, weight: inside - low };
}

type Points = readonly (Point | undefined)[];

function corners(plane: Float64Array, width: number, y: Point | undefined, x: Point | undefined): readonly number[] {
  if (y === undefined || x === undefined) return [0, 0, 0, 0];
  const at = (row: number, column: number): number => plane[row * width + column] as number;
  return [
    (1 - y.weight) * (1 - x.weight) * at(y.low, x.low),
    (1 - y.weight) * x.weight * at(y.low, x.high),
    y.weight * (1 - x.weight) * at(y.high, x.low),
    y.weight * x.weight * at(y.high, x.high),
  ];
}

function binMean(plane: Float64Array, width: number, ys: Points, xs: Points): number {
  let sum = 0;
  for (const y of ys) for (const x of xs) for (const part of corners(plane, width, y, x)) sum += part;
  return sum / Math.max(1, ys.length * xs.length);
}

function binMaximum(plane: Float64Array, width: number, ys: Points, xs: Points): number {
  let best = -Infinity;
  for (const y of ys) for (const x of xs) best = Math.max(best, ...corners(plane, width, y, x));
  return best === -Infinity ? 0 : best;
}
