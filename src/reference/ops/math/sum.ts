import type { Tensor } from "../../../ir/index.ts";
import { broadcastIndices, broadcastShapes, encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** Sum: all inputs added, rounded once. */
export const sum: ReferenceOp = { domain: "", name: "Sum", run: (call) => [addAll(call, 1)] };
/** Mean: all inputs added and divided by their number, rounded once. */
export const mean: ReferenceOp = { domain: "", name: "Mean", run: (call) => [addAll(call, call.inputs.length)] };

function addAll(call: OpCall, divisor: number): Tensor {
  const terms = call.inputs.map((_, i) => tensorInput(call, i));
  const shape = broadcastShapes(...terms.map((term) => term.shape));
  const out = new Float64Array(shape.reduce((product, dim) => product * dim, 1));
  for (const term of terms) {
    const values = realsOf(term);
    const at = broadcastIndices(term.shape, shape);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (values[at?.[i] ?? i] as number);
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / divisor;
  return encodeReals(tensorInput(call, 0).dtype, shape, out);
}
