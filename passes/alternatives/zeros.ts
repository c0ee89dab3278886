import type { Tensor } from "../../src/ir/index.ts";
import { numbersOf, sizeOf, tensorFromElements } from "../../src/ir/index.ts";

/** A float32 tensor with so many rows (its first dimension), those added all zeros. */
export function withRows(tensor: Tensor, rows: number): Tensor {
  const [, ...rest] = tensor.shape;
  const numbers = new Float32Array(rows * sizeOf(rest));
  numbers.set(Float32Array.from(numbersOf(tensor)));
  return tensorFromElements("float32", [rows, ...rest], numbers);
}

/** Filters [outputs, inputs, window…] in float32 with so many inputs, those added all zeros. */
export function withInputs(filters: Tensor, inputs: number): Tensor {
  const [outputs = 0, before = 0, ...places] = filters.shape;
  const window = sizeOf(places);
  const from = numbersOf(filters);
  const to = new Float32Array(outputs * inputs * window);
  for (let output = 0; output < outputs; output++)
    for (let i = 0; i < before * window; i++)
      to[output * inputs * window + i] = from[output * before * window + i] as number;
  return tensorFromElements("float32", [outputs, inputs, ...places], to);
}
