import { floatAttr, intAttr, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { mergeHeads, splitHeads } from "./heads.ts";

/** LinearAttention: a matrix state per head, decayed, corrected and updated at each step, then read by the queries. */
export const linearAttention: ReferenceOp = {
  domain: "",
  name: "LinearAttention",
  run(call) {
    const heads = intAttr(call.node, "q_num_heads", 1);
    const groups = intAttr(call.node, "kv_num_heads", 1);
    const query = splitHeads(tensorInput(call, 0), heads);
    const key = splitHeads(tensorInput(call, 1), groups);
    const value = splitHeads(tensorInput(call, 2), groups);
    const past = optionalTensorInput(call, 3);
    const [batch, , steps, rows] = query.shape as readonly [number, number, number, number];
    const columns = value.shape[3] as number;
    const [q, k, v] = [realsOf(query), realsOf(key), realsOf(value)];
    const scale = floatAttr(call.node, "scale", 0) || 1 / Math.sqrt(rows);
    const decay = gateReader(call, 4, groups, "gated");
    const beta = gateReader(call, 5, groups, "delta");
    const all = past === undefined ? new Float64Array(batch * groups * rows * columns) : realsOf(past);
    const y = new Float64Array(batch * heads * steps * columns);
    for (let n = 0; n < batch; n++)
      for (let g = 0; g < groups; g++) {
        const state = all.subarray((n * groups + g) * rows * columns, (n * groups + g + 1) * rows * columns);
        for (let t = 0; t < steps; t++) {
          const row = (n * groups + g) * steps + t;
          const own = k.subarray(row * rows, (row + 1) * rows);
          if (decay !== undefined)
            state.forEach((cell, at) => (state[at] = cell * Math.exp(decay(n, t, g, Math.floor(at / columns)))));
          for (let c = 0; c < columns; c++) {
            let update = v[row * columns + c] as number;
            if (beta !== undefined) update = beta(n, t, g, 0) * (update - columnTimes(state, columns, c, own));
            own.forEach((weight, r) => {
              state[r * columns + c] = (state[r * columns + c] as number) + weight * update;
            });
          }
          for (let h = (g * heads) / groups; h < ((g + 1) * heads) / groups; h++) {
            const at = (n * heads + h) * steps + t;
            const reader = q.subarray(at * rows, (at + 1) * rows);
            for (let c = 0; c < columns; c++) y[at * columns + c] = scale * columnTimes(state, columns, c, reader);
          }
        }
      }
    const output = encodeReals(query.dtype, [batch, heads, steps, columns], y);
    return [mergeHeads(output), encodeReals((past ?? query).dtype, [batch, groups, rows, columns], all)];
  },
};

/** Column `c` of a row-major matrix times a vector. */
function columnTimes(matrix: Float64Array, columns: number, c: number, vector: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < vector.length; r++) sum += (matrix[r * columns + c] as number) * (vector[r] as number);
  return sum;
}

type Gate = (batch: number, step: number, group: number, row: number) => number;

/** Reads decay or beta, [batch, steps, 1 | groups | groups * rows]; undefined where the update rule has no such gate. */
function gateReader(call: OpCall, index: number, groups: number, part: string): Gate | undefined {
  if (!stringAttr(call.node, "update_rule", "gated_delta").includes(part)) return undefined;
  const tensor = tensorInput(call, index);
  const values = realsOf(tensor);
  const [, steps = 0, width = 0] = tensor.shape;
  const perGroup = Math.floor(width / groups);
  return (batch, step, group, row) => {
    const within = width === 1 ? 0 : group * perGroup + (perGroup === 1 ? 0 : row);
    return values[(batch * steps + step) * width + within] as number;
  };
}
