import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { BinaryWorkload } from "../workload.ts";
import { numberOf, quantizationOf, tableOf } from "./parameters.ts";
import type { BinaryQuantization } from "./quantize.ts";
import { addConstants, addU8, mulRatio, mulU8 } from "./quantize.ts";

/** Tensors of a `binary-u8` workload, each from the element its pointer names. */
export interface BinaryOperands {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  /** Written. */
  readonly y: Uint8Array;
}

/** Computes y, element by element. */
export function evaluateBinary(workload: BinaryWorkload, operands: BinaryOperands, parameters: KernelParameters): void {
  const quantization: BinaryQuantization = {
    a: quantizationOf(parameters, "a"),
    b: quantizationOf(parameters, "b"),
    y: quantizationOf(parameters, "y"),
  };
  const combine = combination(workload.kind, quantization);
  const [lo, hi] = [numberOf(parameters, "lo"), numberOf(parameters, "hi")];
  const table = workload.table ? tableOf(parameters) : undefined;
  const { a, b, y } = operands;
  for (let row = 0; row < workload.rows; row++)
    for (let column = 0; column < workload.columns; column++)
      for (let channel = 0; channel < workload.channels; channel++) {
        const bAt = secondIndex(workload, row, column, channel);
        const aAt = row * workload.a.row + column * workload.a.pixel + channel;
        const value = Math.min(hi, Math.max(lo, combine(a[aAt] as number, b[bAt] as number)));
        y[row * workload.y.row + column * workload.y.pixel + channel] =
          table === undefined ? value : (table[value] as number);
      }
}

/** The integer operation on two bytes, before bounds and table. */
export function combination(
  kind: BinaryWorkload["kind"],
  quantization: BinaryQuantization,
): (a: number, b: number) => number {
  if (kind === "mul") {
    const ratio = mulRatio(quantization);
    return (a, b) => mulU8(a, b, ratio, quantization);
  }
  const constants = addConstants(quantization);
  return (a, b) => addU8(a, b, constants);
}

function secondIndex({ b }: BinaryWorkload, row: number, column: number, channel: number): number {
  if (b === "scalar") return 0;
  return b === "channel" ? channel : row * b.row + column * b.pixel + channel;
}
