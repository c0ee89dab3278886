import { intAttr, intsAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { stridesOf } from "../../numeric/shape.ts";
import { optionalTensorInput, tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { biasFilled } from "./bias-filled.ts";
import { convolve } from "./convolve.ts";
import { windowAxes } from "./window.ts";

/**
 * DeformConv: each kernel element reads at its place plus a learned offset, by linear interpolation with zeros outside,
 * times a mask. The samples are laid out so that an ordinary convolution with stride and kernel of the same size remains.
 */
export const deformConv: ReferenceOp = {
  domain: "",
  name: "DeformConv",
  run(call) {
    const x = tensorInput(call, 0);
    const w = tensorInput(call, 1);
    const mask = optionalTensorInput(call, 4);
    const [batch = 0, channels = 0, ...spatial] = x.shape;
    const [outputs = 0, , ...kernel] = w.shape;
    const group = intAttr(call.node, "group", 1);
    const offsetGroups = intAttr(call.node, "offset_group", 1);
    const axes = windowAxes(call.node, spatial, intsAttr(call.node, "kernel_shape", kernel));
    const outSpatial = axes.map((axis) => axis.output);
    const [plane, points, taps] = [sizeOf(spatial), sizeOf(outSpatial), sizeOf(kernel)];
    const source = realsOf(x);
    const offsets = realsOf(tensorInput(call, 2));
    const factors = mask === undefined ? undefined : realsOf(mask);
    const outStrides = stridesOf(outSpatial);
    const kernelStrides = stridesOf(kernel);
    const inStrides = stridesOf(spatial);
    const samples = new Float64Array(batch * channels * points * taps);
    for (let n = 0; n < batch; n++)
      for (let g = 0; g < offsetGroups; g++)
        for (let tap = 0; tap < taps; tap++)
          for (let point = 0; point < points; point++) {
            const block = (n * offsetGroups + g) * taps + tap;
            const place = axes.map(({ stride, before, dilation, output, kernel: length }, axis) => {
              const o = Math.floor(point / (outStrides[axis] as number)) % output;
              const k = Math.floor(tap / (kernelStrides[axis] as number)) % length;
              return (
                o * stride - before + k * dilation + (offsets[(block * axes.length + axis) * points + point] as number)
              );
            });
            const factor = factors?.[block * points + point] ?? 1;
            const perGroup = channels / offsetGroups;
            for (let c = g * perGroup; c < (g + 1) * perGroup; c++) {
              const start = (n * channels + c) * plane;
              const value = interpolated(source.subarray(start, start + plane), place, spatial, inStrides);
              samples[((n * channels + c) * points + point) * taps + tap] = factor * value;
            }
          }
    // One axis: the kernel's elements of each output follow one another.
    const flat = { input: points * taps, output: points, kernel: taps, stride: taps, dilation: 1, before: 0, after: 0 };
    const y = biasFilled(optionalTensorInput(call, 3), batch, outputs, points);
    convolve({ batch, channels, outputs, group }, [flat], samples, realsOf(w), y);
    return [encodeReals(x.dtype, [batch, outputs, ...outSpatial], y)];
  },
};

/** Linear interpolation between the 2^rank neighbours of a place; neighbours outside count as zero. */
function interpolated(
  plane: Float64Array,
  place: readonly number[],
  spatial: readonly number[],
  strides: readonly number[],
): number {
  let sum = 0;
  for (let corner = 0; corner < 1 << place.length; corner++) {
    let weight = 1;
    let position = 0;
    place.forEach((at, axis) => {
      const floor = Math.floor(at);
      const upper = (corner >> axis) & 1;
      const index = floor + upper;
      weight *= upper === 1 ? at - floor : 1 - (at - floor);
      if (index < 0 || index >= (spatial[axis] as number)) weight = 0;
      else position += index * (strides[axis] as number);
    });
    if (weight !== 0) sum += weight * (plane[position] as number);
  }
  return sum;
}
