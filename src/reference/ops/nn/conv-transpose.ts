import type { Node, StaticShape } from "../../../ir/index.ts";
import { intAttr, intsAttr, sizeOf, stringAttr } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { biasFilled } from "./bias-filled.ts";
import { convolveTransposed } from "./convolve.ts";
import type { WindowAxis } from "./window.ts";
import { splitPadding } from "./window.ts";

/** ConvTranspose: the transpose of Conv, its output size from pads, output_padding, output_shape or auto_pad. */
export const convTranspose: ReferenceOp = {
  domain: "",
  name: "ConvTranspose",
  run(call) {
    const x = tensorInput(call, 0);
    const w = tensorInput(call, 1);
    const [batch = 0, channels = 0, ...spatial] = x.shape;
    const [inputs = 0, perGroup = 0, ...kernel] = w.shape;
    const group = intAttr(call.node, "group", 1);
    if (inputs !== channels || kernel.length !== spatial.length)
      throw new RangeError(`ConvTranspose: weights [${w.shape.join(",")}] on [${x.shape.join(",")}]`);
    const outputs = perGroup * group;
    const axes = transposedAxes(call.node, spatial, intsAttr(call.node, "kernel_shape", kernel));
    const shape = [batch, outputs, ...axes.map((axis) => axis.input)];
    const y = biasFilled(optionalTensorInput(call, 2), batch, outputs, sizeOf(shape.slice(2)));
    convolveTransposed({ batch, channels, outputs, group }, axes, realsOf(x), realsOf(w), y);
    return [encodeReals(x.dtype, shape, y)];
  },
};

/** The axes of the convolution whose transpose this is: its output is our input. */
function transposedAxes(node: Node, spatial: StaticShape, kernel: readonly number[]): readonly WindowAxis[] {
  const strides = intsAttr(node, "strides");
  const dilations = intsAttr(node, "dilations");
  const pads = intsAttr(node, "pads");
  const outputPadding = intsAttr(node, "output_padding");
  // Some exporters write all dimensions, not the spatial ones alone.
  const outputShape = intsAttr(node, "output_shape")?.slice(-spatial.length);
  const autoPad = stringAttr(node, "auto_pad", "NOTSET");
  const same = autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER";
  return spatial.map((output, i) => {
    const axis = { output, kernel: kernel[i] as number, stride: strides?.[i] ?? 1, dilation: dilations?.[i] ?? 1 };
    const full = axis.stride * (output - 1) + (outputPadding?.[i] ?? 0) + (axis.kernel - 1) * axis.dilation + 1;
    const wanted = outputShape?.[i] ?? (same ? output * axis.stride : undefined);
    if (wanted !== undefined) return { ...axis, input: wanted, ...splitPadding(Math.max(0, full - wanted), autoPad) };
    const before = autoPad === "VALID" ? 0 : (pads?.[i] ?? 0);
    const after = autoPad === "VALID" ? 0 : (pads?.[i + spatial.length] ?? 0);
    return { ...axis, input: full - before - after, before, after };
  });
}
