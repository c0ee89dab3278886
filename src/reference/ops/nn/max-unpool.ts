import { intsAttr, sizeOf } from "../../../ir/index.ts";
import { integersOf } from "../../numeric/decode.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/**
 * MaxUnpool: puts each element back at the index that MaxPool gave. Indices count in the shape that the attributes imply;
 * a larger output_shape keeps that part at its origin and is zero elsewhere.
 */
export const maxUnpool: ReferenceOp = {
  domain: "",
  name: "MaxUnpool",
  run(call) {
    const x = tensorInput(call, 0);
    const kernel = intsAttr(call.node, "kernel_shape", []);
    const strides = intsAttr(
      call.node,
      "strides",
      kernel.map(() => 1),
    );
    const pads = intsAttr(call.node, "pads", [...kernel, ...kernel].fill(0));
    const implied = x.shape.map((dim, axis) => {
      if (axis < 2) return dim;
      const i = axis - 2;
      const padding = (pads[i] as number) + (pads[i + kernel.length] as number);
      return (dim - 1) * (strides[i] as number) - padding + (kernel[i] as number);
    });
    const shape = integersInput(call, 2) ?? implied;
    const impliedStrides = stridesOf(implied);
    const outStrides = stridesOf(shape);
    const sources = new Int32Array(sizeOf(shape)).fill(-1);
    integersOf(tensorInput(call, 1)).forEach((index, i) => {
      const at = implied.reduce(
        (sum, dim, axis) =>
          sum + (Math.floor(index / (impliedStrides[axis] as number)) % dim) * (outStrides[axis] as number),
        0,
      );
      sources[at] = i;
    });
    return [takeElements(x, shape, sources)];
  },
};
