import { stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { roundingTo } from "../../numeric/round-to.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { concatenated } from "../tensor/concatenated.ts";
import { slicedAlong } from "../tensor/sliced.ts";
import { biasFilled } from "./bias-filled.ts";
import { convolve } from "./convolve.ts";

/** CausalConvWithState: a depthwise convolution over the state and the input, and the state for the next call. */
export const causalConvWithState: ReferenceOp = {
  domain: "",
  name: "CausalConvWithState",
  run(call) {
    const x = tensorInput(call, 0);
    const w = tensorInput(call, 1);
    const [batch = 0, channels = 0, length = 0] = x.shape;
    const kernel = w.shape[2] ?? 1;
    const carried = kernel - 1;
    const zeros = encodeReals(x.dtype, [batch, channels, carried], new Float64Array(batch * channels * carried));
    const extended = concatenated([optionalTensorInput(call, 3) ?? zeros, x], 2);
    const axis = { input: length + carried, output: length, kernel, stride: 1, dilation: 1, before: 0, after: 0 };
    const y = biasFilled(optionalTensorInput(call, 2), batch, channels, length);
    convolve({ batch, channels, outputs: channels, group: channels }, [axis], realsOf(extended), realsOf(w), y);
    const isPlain = stringAttr(call.node, "activation", "none") === "none";
    // The activation is a step of its own: it sees the convolution as the element type holds it.
    const round = roundingTo(x.dtype);
    const activated = isPlain ? y : y.map((value) => round(value) / (1 + Math.exp(-round(value))));
    return [encodeReals(x.dtype, x.shape, activated), slicedAlong(extended, 2, length, carried)];
  },
};
