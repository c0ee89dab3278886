import { intsAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { stridedIndices, stridesOf } from "../../numeric/shape.ts";
import { integersInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";

/** Col2Im: adds the columns of sliding blocks back onto an image, any number of spatial dimensions. */
export const col2Im: ReferenceOp = {
  domain: "",
  name: "Col2Im",
  run(call) {
    const data = tensorInput(call, 0);
    const image = integersInput(call, 1) ?? [];
    const block = integersInput(call, 2) ?? [];
    const ones = image.map(() => 1);
    const dilations = intsAttr(call.node, "dilations", ones);
    const strides = intsAttr(call.node, "strides", ones);
    const pads = intsAttr(call.node, "pads", [...ones, ...ones].fill(0));
    const columns = image.map((dim, i) => {
      const padded = dim + (pads[i] as number) + (pads[i + image.length] as number);
      return (
        Math.floor((padded - (dilations[i] as number) * ((block[i] as number) - 1) - 1) / (strides[i] as number)) + 1
      );
    });
    const blockSize = sizeOf(block);
    const batch = data.shape[0] as number;
    const channels = (data.shape[1] as number) / blockSize;
    const columnCount = sizeOf(columns);
    if (data.shape[2] !== columnCount || !Number.isInteger(channels))
      throw new RangeError(`Col2Im: [${data.shape.join(",")}] does not hold the blocks of [${image.join(",")}]`);
    const targets = blockTargets(image, block, columns, { dilations, strides, pads });
    const source = realsOf(data);
    const plane = sizeOf(image);
    const out = new Float64Array(batch * channels * plane);
    for (let nc = 0; nc < batch * channels; nc++)
      targets.forEach((target, i) => {
        if (target >= 0)
          out[nc * plane + target] = (out[nc * plane + target] as number) + (source[nc * targets.length + i] as number);
      });
    return [encodeReals(data.dtype, [batch, channels, ...image], out)];
  },
};

interface Geometry {
  readonly dilations: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

/** For each (element of the block, column) the position in the image, -1 in the padding. */
function blockTargets(
  image: readonly number[],
  block: readonly number[],
  columns: readonly number[],
  { dilations, strides, pads }: Geometry,
): Int32Array {
  const shape = [...block, ...columns];
  const imageStrides = stridesOf(image);
  const inside = new Uint8Array(sizeOf(shape)).fill(1);
  const targets = new Int32Array(inside.length);
  image.forEach((dim, axis) => {
    const steps = shape.map((_, i) => {
      if (i === axis) return dilations[axis] as number;
      return i === block.length + axis ? (strides[axis] as number) : 0;
    });
    stridedIndices(shape, steps, -(pads[axis] as number)).forEach((at, i) => {
      if (at < 0 || at >= dim) inside[i] = 0;
      targets[i] = (targets[i] as number) + at * (imageStrides[axis] as number);
    });
  });
  return targets.map((target, i) => (inside[i] === 1 ? target : -1));
}
