import { intAttr, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { likelihoodLoss } from "./likelihood-loss.ts";

/** NegativeLogLikelihoodLoss: the loss of given log-probabilities. */
export const negativeLogLikelihoodLoss: ReferenceOp = {
  domain: "",
  name: "NegativeLogLikelihoodLoss",
  run: (call) => {
    const x = tensorInput(call, 0);
    return [
      likelihoodLoss({
        logProbabilities: realsOf(x),
        shape: x.shape,
        target: tensorInput(call, 1),
        weight: optionalTensorInput(call, 2),
        reduction: stringAttr(call.node, "reduction", "mean"),
        ignoreIndex: intAttr(call.node, "ignore_index"),
        dtype: x.dtype,
      }),
    ];
  },
};
