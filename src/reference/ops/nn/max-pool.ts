import { intAttr, tensorFromElements } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { stridesOf } from "../../numeric/shape.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import type { Pooling } from "./pool.ts";
import { poolingOf } from "./pool.ts";

/** MaxPool: the greatest element of each window and, on demand, its index in the whole input. */
export const maxPool: ReferenceOp = {
  domain: "",
  name: "MaxPool",
  run(call) {
    const pooling = poolingOf(call);
    const { x, shape, planes, plane, outputs, positions, taps } = pooling;
    const source = realsOf(x);
    const y = new Float64Array(planes * outputs).fill(-Infinity);
    const best = new Int32Array(planes * outputs).fill(-1);
    for (let p = 0; p < planes; p++)
      for (let o = 0; o < outputs; o++) {
        const to = p * outputs + o;
        for (let t = o * taps; t < (o + 1) * taps; t++) {
          const at = positions[t] as number;
          if (at < 0) continue;
          const value = source[p * plane + at] as number;
          if (best[to] !== -1 && !(value > (y[to] as number))) continue;
          y[to] = value;
          best[to] = at;
        }
      }
    const pooled = encodeReals(x.dtype, shape, y);
    if (call.node.outputs[1] === undefined) return [pooled];
    return [pooled, tensorFromElements("int64", shape, indicesOf(call, pooling, best))];
  },
};

/** Positions within planes as indices into the whole input; storage_order 1 counts the first spatial axis fastest. */
function indicesOf(call: OpCall, { axes, plane, outputs }: Pooling, best: Int32Array): BigInt64Array {
  const columnMajor = intAttr(call.node, "storage_order", 0) !== 0;
  const dims = axes.map((axis) => axis.input);
  const rowStrides = stridesOf(dims);
  const columnStrides = stridesOf(dims.toReversed()).reverse();
  return BigInt64Array.from(best, (position, i) => {
    if (position < 0) return -1n;
    const start = Math.floor(i / outputs) * plane;
    if (!columnMajor) return BigInt(start + position);
    const within = dims.reduce((sum, dim, axis) => {
      const coordinate = Math.floor(position / (rowStrides[axis] as number)) % dim;
      return sum + coordinate * (columnStrides[axis] as number);
    }, 0);
    return BigInt(start + within);
  });
}
