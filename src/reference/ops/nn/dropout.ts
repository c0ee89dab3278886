import { sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/**
 * Dropout: the identity with a mask of ones, except in training_mode (an input since opset 12), where elements are
 * dropped at random and the others scaled up. Before opset 12 there is no way to ask for training.
 */
export const dropout: ReferenceOp = {
  domain: "",
  name: "Dropout",
  run(call) {
    const data = tensorInput(call, 0);
    const size = sizeOf(data.shape);
    const ratio = ratioOf(call);
    // The mask has the type of the data before opset 10.
    const maskType = call.opset < 10 ? data.dtype : "bool";
    const kept = Uint8Array.from({ length: size }, () => (ratio === 0 || call.random() >= ratio ? 1 : 0));
    const mask = encodeReals(maskType, data.shape, kept);
    if (ratio === 0) return [data, mask];
    const scale = 1 / (1 - ratio);
    return [
      encodeReals(
        data.dtype,
        data.shape,
        realsOf(data).map((value, i) => (kept[i] === 1 ? value * scale : 0)),
      ),
      mask,
    ];
  },
};

/** The share of elements to drop; 0 outside training. */
function ratioOf(call: OpCall): number {
  const training = optionalTensorInput(call, 2);
  if (call.opset < 12 || training === undefined || realsOf(training)[0] === 0) return 0;
  const ratio = optionalTensorInput(call, 1);
  return ratio === undefined ? 0.5 : (realsOf(ratio)[0] as number);
}
