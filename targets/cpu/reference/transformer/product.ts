import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { roundHalfEven } from "../../../../src/ir/index.ts";
import type { ProductWorkload } from "../../transformer-workload.ts";
import { saturateU8 } from "../float32.ts";
import { numberOf } from "../parameters.ts";

/** Tensors of a `product-u8u8` workload, each from the element its pointer names. */
export interface ProductOperands {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  /** Written. */
  readonly y: Uint8Array | Float32Array;
}

/** ONNX Runtime's QLinearMatMul, or its MatMulIntegerToFloat where the result is float32. */
export function evaluateProduct(
  workload: ProductWorkload,
  { a, b, y }: ProductOperands,
  parameters: KernelParameters,
): void {
  const { matrices, rows, columns, channels } = workload;
  const [aZero, bZero] = [numberOf(parameters, "aZero"), numberOf(parameters, "bZero")];
  const finish = finisher(workload, parameters);
  for (let matrix = 0; matrix < matrices; matrix++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const left = matrix * workload.a.matrix + row * workload.a.row;
        const right = matrix * workload.b.matrix + column * workload.b.column;
        let sum = 0;
        for (let channel = 0; channel < channels; channel++)
          sum +=
            ((a[left + channel] as number) - aZero) * ((b[right + channel * workload.b.channel] as number) - bZero);
        y[matrix * workload.y.matrix + row * workload.y.row + column] = finish(sum);
      }
}

/** fl(fl(sa·sb) / sy), the division left out where the result is float32. */
export function productMultiplier({ out }: ProductWorkload, parameters: KernelParameters): number {
  const scale = Math.fround(Math.fround(numberOf(parameters, "aScale")) * Math.fround(numberOf(parameters, "bScale")));
  return out === "f32" ? scale : Math.fround(scale / Math.fround(numberOf(parameters, "yScale")));
}

function finisher(workload: ProductWorkload, parameters: KernelParameters): (sum: number) => number {
  const multiplier = productMultiplier(workload, parameters);
  const scaled = (sum: number): number => Math.fround(Math.fround(sum) * multiplier);
  if (workload.out === "f32") return scaled;
  const [zero, lo, hi] = [numberOf(parameters, "yZero"), numberOf(parameters, "lo"), numberOf(parameters, "hi")];
  return (sum) => saturateU8(roundHalfEven(Math.min(hi - zero, Math.max(lo - zero, scaled(sum)))) + zero);
}
