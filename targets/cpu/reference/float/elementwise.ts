import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { FloatBinaryWorkload, FloatUnaryWorkload } from "../../float-workload.ts";
import { floatActivation, floatClamp } from "./float-function.ts";

/** Tensors of a `binary-f32` workload, each from the element its pointer names. */
export interface FloatBinaryOperands {
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Written. */
  readonly y: Float32Array | Float64Array;
}

/** Sum or product, activation and clamp of each element, in float64. */
export function evaluateFloatBinary(
  workload: FloatBinaryWorkload,
  { a, b, y }: FloatBinaryOperands,
  parameters: KernelParameters,
): void {
  const activate = floatActivation(workload.activation, parameters);
  const clamp = floatClamp(workload.clamp, parameters);
  for (let row = 0; row < workload.rows; row++)
    for (let column = 0; column < workload.columns; column++)
      for (let channel = 0; channel < workload.channels; channel++) {
        const left = a[row * workload.a.row + column * workload.a.pixel + channel] as number;
        const right = b[secondIndex(workload, row, column, channel)] as number;
        y[row * workload.y.row + column * workload.y.pixel + channel] = clamp(
          activate(workload.kind === "add" ? left + right : left * right),
        );
      }
}

function secondIndex({ b }: FloatBinaryWorkload, row: number, column: number, channel: number): number {
  if (b === "scalar") return 0;
  return b === "channel" ? channel : row * b.row + column * b.pixel + channel;
}

/** Tensors of a `unary-f32` workload, each from the element its pointer names. */
export interface FloatUnaryOperands {
  readonly x: Float32Array;
  /** Written. */
  readonly y: Float32Array | Float64Array;
}

/** Activation and clamp of each element, in float64. */
export function evaluateFloatUnary(
  workload: FloatUnaryWorkload,
  { x, y }: FloatUnaryOperands,
  parameters: KernelParameters,
): void {
  const activate = floatActivation(workload.activation, parameters);
  const clamp = floatClamp(workload.clamp, parameters);
  for (let row = 0; row < workload.rows; row++)
    for (let column = 0; column < workload.columns; column++)
      for (let channel = 0; channel < workload.channels; channel++)
        y[row * workload.y.row + column * workload.y.pixel + channel] = clamp(
          activate(x[row * workload.x.row + column * workload.x.pixel + channel] as number),
        );
}
