import { intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** GlobalAveragePool: the mean of each channel's plane. */
export const globalAveragePool: ReferenceOp = {
  domain: "",
  name: "GlobalAveragePool",
  run: (call) => poolPlanes(call, (plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length),
};

/** GlobalMaxPool: the greatest element of each channel's plane. */
export const globalMaxPool: ReferenceOp = {
  domain: "",
  name: "GlobalMaxPool",
  run: (call) => poolPlanes(call, (plane) => plane.reduce((best, value) => Math.max(best, value), -Infinity)),
};

/** GlobalLpPool: the p-norm of each channel's plane. */
export const globalLpPool: ReferenceOp = {
  domain: "",
  name: "GlobalLpPool",
  run(call) {
    const p = intAttr(call.node, "p", 2);
    return poolPlanes(call, (plane) => plane.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p));
  },
};

function poolPlanes(call: OpCall, pool: (plane: Float64Array) => number): ReturnType<ReferenceOp["run"]> {
  const x = tensorInput(call, 0);
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const plane = sizeOf(spatial);
  const source = realsOf(x);
  const y = Float64Array.from({ length: batch * channels }, (_, i) =>
    pool(source.subarray(i * plane, (i + 1) * plane)),
  );
  return [encodeReals(x.dtype, [batch, channels, ...spatial.map(() => 1)], y)];
}
