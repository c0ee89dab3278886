import { floatAttr, intsAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** MaxRoiPool: the maximum of each bin of each region of interest (Girshick, Fast R-CNN); rows are [batch, x1, y1, x2, y2]. */
export const maxRoiPool: ReferenceOp = {
  domain: "",
  name: "MaxRoiPool",
  run(call) {
    const x = tensorInput(call, 0);
    const rois = tensorInput(call, 1);
    const [, channels = 0, height = 0, width = 0] = x.shape;
    const [rows = 1, columns = 1] = intsAttr(call.node, "pooled_shape", []);
    const scale = floatAttr(call.node, "spatial_scale", 1);
    const regions = realsOf(rois);
    const source = realsOf(x);
    const count = rois.shape[0] as number;
    const y = new Float64Array(count * channels * rows * columns);
    let filled = 0;
    for (let r = 0; r < count; r++) {
      const [n = 0, ...corners] = regions.subarray(r * 5, r * 5 + 5);
      const [left, top, right, bottom] = corners.map((corner) =>
        roundAwayFromZero(corner * scale),
      ) as unknown as Corners;
      for (let c = 0; c < channels; c++) {
        const plane = source.subarray((n * channels + c) * height * width);
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            const [y0, y1] = bin(top, bottom, row, rows, height);
            const [x0, x1] = bin(left, right, column, columns, width);
            let best = y0 < y1 && x0 < x1 ? -Infinity : 0;
            for (let i = y0; i < y1; i++)
              for (let j = x0; j < x1; j++) best = Math.max(best, plane[i * width + j] as number);
            y[filled++] = best;
          }
      }
    }
    return [encodeReals(x.dtype, [count, channels, rows, columns], y)];
  },
};

type Corners = readonly [number, number, number, number];

/** C's round(): ties away from zero, which the original implementation uses. */
function roundAwayFromZero(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

/** The rows (or columns) of one bin, cut to the image. */
function bin(start: number, end: number, index: number, bins: number, limit: number): readonly [number, number] {
  const size = Math.max(end - start + 1, 1) / bins;
  const clamp = (at: number): number => Math.max(0, Math.min(limit, at + start));
  return [clamp(Math.floor(index * size)), clamp(Math.ceil((index + 1) * size))];
}
