import type { DType, StaticShape, Tensor } from "../../../src/ir/index.ts";
import { numbersOf, tensorFromNumbers } from "../../../src/ir/index.ts";
import type { WeightLayout } from "./layout.ts";

/** The weight with every element multiplied by the factor of its output (or input) channel, in double precision. */
export function scaleChannels(
  weight: Tensor,
  layout: WeightLayout,
  side: "output" | "input",
  factors: ArrayLike<number>,
): Float64Array {
  const source = numbersOf(weight);
  const { d0, d1, rest } = layout;
  const scaled = new Float64Array(source.length);
  let at = 0;
  for (let i0 = 0; i0 < d0; i0++)
    for (let i1 = 0; i1 < d1; i1++) {
      const factor = factors[side === "output" ? layout.outputOf(i0, i1) : layout.inputOf(i0, i1)] as number;
      for (const end = at + rest; at < end; at++) scaled[at] = (source[at] as number) * factor;
    }
  return scaled;
}

/** What a constant shift of each input channel adds to each output channel: the sum of weight × shift. */
export function responseToShift(weight: Tensor, layout: WeightLayout, shift: ArrayLike<number>): Float64Array {
  const source = numbersOf(weight);
  const { d0, d1, rest } = layout;
  const response = new Float64Array(layout.outputs);
  let at = 0;
  for (let i0 = 0; i0 < d0; i0++)
    for (let i1 = 0; i1 < d1; i1++) {
      let sum = 0;
      for (const end = at + rest; at < end; at++) sum += source[at] as number;
      const output = layout.outputOf(i0, i1);
      response[output] = (response[output] as number) + sum * (shift[layout.inputOf(i0, i1)] as number);
    }
  return response;
}

/** Rounds to the element type; undefined when an element is not finite, for instance beyond the range of float16. */
export function roundTo(dtype: DType, shape: StaticShape, values: ArrayLike<number>): Tensor | undefined {
  const tensor = tensorFromNumbers(dtype, shape, values);
  const rounded = numbersOf(tensor);
  for (let i = 0; i < rounded.length; i++) if (!Number.isFinite(rounded[i])) return undefined;
  return tensor;
}
