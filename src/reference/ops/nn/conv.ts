import { intAttr, intsAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { biasFilled } from "./bias-filled.ts";
import { convolve } from "./convolve.ts";
import { windowAxes } from "./window.ts";

/** Conv: any number of spatial dimensions, groups, strides, dilations and paddings; sums in doubles, rounded once. */
export const conv: ReferenceOp = {
  domain: "",
  name: "Conv",
  run(call) {
    const x = tensorInput(call, 0);
    const w = tensorInput(call, 1);
    const [batch = 0, channels = 0, ...spatial] = x.shape;
    const [outputs = 0, perGroup = 0, ...kernel] = w.shape;
    const group = intAttr(call.node, "group", 1);
    if (perGroup * group !== channels || kernel.length !== spatial.length)
      throw new RangeError(`Conv: weights [${w.shape.join(",")}] on [${x.shape.join(",")}] in ${group} groups`);
    const axes = windowAxes(call.node, spatial, intsAttr(call.node, "kernel_shape", kernel));
    const shape = [batch, outputs, ...axes.map((axis) => axis.output)];
    const y = biasFilled(optionalTensorInput(call, 2), batch, outputs, sizeOf(shape.slice(2)));
    convolve({ batch, channels, outputs, group }, axes, realsOf(x), realsOf(w), y);
    return [encodeReals(x.dtype, shape, y)];
  },
};
