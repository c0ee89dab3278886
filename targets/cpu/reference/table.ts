import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { TableWorkload } from "../workload.ts";
import { tableOf } from "./parameters.ts";
import type { Quantization } from "./quantize.ts";
import { dequantizeU8, quantizeU8 } from "./quantize.ts";

/** Tensors of a `table-u8` workload, each from the element its pointer names. */
export interface TableOperands {
  readonly x: Uint8Array;
  /** Written. */
  readonly y: Uint8Array;
}

/** y = table[x]. */
export function evaluateTable(workload: TableWorkload, { x, y }: TableOperands, parameters: KernelParameters): void {
  const table = tableOf(parameters);
  for (let row = 0; row < workload.rows; row++)
    for (let column = 0; column < workload.columns; column++)
      for (let channel = 0; channel < workload.channels; channel++)
        y[row * workload.y.row + column * workload.y.pixel + channel] = table[
          x[row * workload.x.row + column * workload.x.pixel + channel] as number
        ] as number;
}

/**
 * The table of DequantizeLinear, a float32 function, QuantizeLinear: what ONNX Runtime's QLinearSigmoid,
 * QLinearLeakyRelu and QLinearConcat (the identity) hold, and what a chain of float operations between the two comes to.
 */
export function quantizedTable(
  from: Quantization,
  to: Quantization,
  evaluate: (values: Float32Array) => ArrayLike<number> = (values) => values,
): Uint8Array {
  const values = evaluate(Float32Array.from({ length: 256 }, (_, q) => dequantizeU8(q, from)));
  return Uint8Array.from({ length: 256 }, (_, q) => quantizeU8(values[q] as number, to));
}
