import { dtypeFromCode, floatAttr, intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { broadcastReals } from "./broadcast-reals.ts";
import { momentsOf } from "./moments.ts";

/** LayerNormalization: over the axes from `axis` on; also gives mean and inverse deviation in the stash type. */
export const layerNormalization: ReferenceOp = {
  domain: "",
  name: "LayerNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const scale = broadcastReals(tensorInput(call, 1), x);
    const bias = optionalTensorInput(call, 2);
    const offset = bias === undefined ? undefined : broadcastReals(bias, x);
    const epsilon = floatAttr(call.node, "epsilon", 1e-5);
    const axis = normalizeAxis(intAttr(call.node, "axis", -1), x.shape.length);
    const stash = dtypeFromCode(intAttr(call.node, "stash_type", 1)) ?? "float32";
    const length = sizeOf(x.shape.slice(axis));
    const y = realsOf(x);
    const rows = sizeOf(x.shape.slice(0, axis));
    const means = new Float64Array(rows);
    const inverses = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const { mean, variance } = momentsOf(y, row * length, length);
      const inverse = 1 / Math.sqrt(variance + epsilon);
      means[row] = mean;
      inverses[row] = inverse;
      for (let i = row * length; i < (row + 1) * length; i++)
        y[i] = ((y[i] as number) - mean) * inverse * scale(i) + (offset?.(i) ?? 0);
    }
    const reduced = x.shape.map((dim, i) => (i < axis ? dim : 1));
    return [
      encodeReals(x.dtype, x.shape, y),
      encodeReals(stash, reduced, means),
      encodeReals(stash, reduced, inverses),
    ];
  },
};
