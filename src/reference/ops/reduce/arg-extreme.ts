import type { Tensor } from "../../../ir/index.ts";
import { encodeReals, axisView, normalizeAxis, scalarsOf } from "../../numeric.ts";
import { intAttr } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/** ArgMax: position of the greatest element along an axis. */
export const argMax: ReferenceOp = {
  domain: "",
  name: "ArgMax",
  run: (call) => [argExtreme(call, (a, b) => a > b || (a !== a && b === b))],
};
/** ArgMin: position of the least element along an axis. */
export const argMin: ReferenceOp = {
  domain: "",
  name: "ArgMin",
  run: (call) => [argExtreme(call, (a, b) => a < b || (a !== a && b === b))],
};

type Scalar = number | bigint | string;

function argExtreme(call: OpCall, beats: (a: Scalar, b: Scalar) => boolean): Tensor {
  const x = tensorInput(call, 0);
  const axis = normalizeAxis(intAttr(call.node, "axis", 0), x.shape.length);
  const takeLast = intAttr(call.node, "select_last_index", 0) === 1;
  const { outer, length, inner } = axisView(x.shape, axis);
  const values = scalarsOf(x);
  const out = new Float64Array(outer * inner);
  for (let line = 0; line < out.length; line++) {
    const base = Math.floor(line / inner) * length * inner + (line % inner);
    let best = 0;
    for (let k = 1; k < length; k++) {
      const candidate = values[base + k * inner] as Scalar;
      const holder = values[base + best * inner] as Scalar;
      if (beats(candidate, holder) || (takeLast && candidate === holder)) best = k;
    }
    out[line] = best;
  }
  const keepDims = intAttr(call.node, "keepdims", 1) === 1;
  const shape = x.shape.flatMap((dim, i) => (i !== axis ? [dim] : keepDims ? [1] : []));
  return encodeReals("int64", shape, out);
}
