import { intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** AffineGrid: an affine map of evenly spaced positions in [-1, 1], for images and volumes. */
export const affineGrid: ReferenceOp = {
  domain: "",
  name: "AffineGrid",
  run(call) {
    const theta = tensorInput(call, 0);
    const spatial = (integersInput(call, 1) ?? []).slice(2);
    const alignCorners = intAttr(call.node, "align_corners", 0) !== 0;
    const batch = theta.shape[0] as number;
    const rank = spatial.length;
    const points = sizeOf(spatial);
    const strides = stridesOf(spatial);
    const matrix = realsOf(theta);
    const out = new Float64Array(batch * points * rank);
    const place = (i: number, dim: number): number => {
      if (!alignCorners) return (2 * i + 1) / dim - 1;
      return dim === 1 ? -1 : (2 * i) / (dim - 1) - 1;
    };
    for (let point = 0; point < points; point++) {
      const homogeneous = spatial.map((dim, axis) => place(Math.floor(point / (strides[axis] as number)) % dim, dim));
      // Matrices and the result name the innermost axis first.
      homogeneous.reverse().push(1);
      for (let n = 0; n < batch; n++)
        for (let row = 0; row < rank; row++) {
          const start = (n * rank + row) * (rank + 1);
          const sum = homogeneous.reduce((total, value, i) => total + value * (matrix[start + i] as number), 0);
          out[(n * points + point) * rank + row] = sum;
        }
    }
    return [encodeReals(theta.dtype, [batch, ...spatial, rank], out)];
  },
};
