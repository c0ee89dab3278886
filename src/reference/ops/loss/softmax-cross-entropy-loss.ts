import { intAttr, stringAttr } from "../../../ir/index.ts";
import { axisView, encodeReals, realsOf } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { likelihoodLoss } from "./likelihood-loss.ts";

/** SoftmaxCrossEntropyLoss: the loss of scores, whose LogSoftmax over axis 1 is the optional second output. */
export const softmaxCrossEntropyLoss: ReferenceOp = {
  domain: "",
  name: "SoftmaxCrossEntropyLoss",
  run: (call) => {
    const x = tensorInput(call, 0);
    const logProbabilities = logSoftmaxOfClasses(realsOf(x), x.shape);
    const loss = likelihoodLoss({
      logProbabilities,
      shape: x.shape,
      target: tensorInput(call, 1),
      weight: optionalTensorInput(call, 2),
      reduction: stringAttr(call.node, "reduction", "mean"),
      ignoreIndex: intAttr(call.node, "ignore_index"),
      dtype: x.dtype,
    });
    return [loss, encodeReals(x.dtype, x.shape, logProbabilities)];
  },
};

function logSoftmaxOfClasses(values: Float64Array, shape: readonly number[]): Float64Array {
  const { outer, length, inner } = axisView(shape, 1);
  for (let line = 0; line < outer * inner; line++) {
    const base = Math.floor(line / inner) * length * inner + (line % inner);
    let top = -Infinity;
    for (let c = 0; c < length; c++) top = Math.max(top, values[base + c * inner] as number);
    let total = 0;
    for (let c = 0; c < length; c++) total += Math.exp((values[base + c * inner] as number) - top);
    const shift = top + Math.log(total);
    for (let c = 0; c < length; c++) values[base + c * inner] = (values[base + c * inner] as number) - shift;
  }
  return values;
}
