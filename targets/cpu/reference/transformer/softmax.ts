import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { roundHalfEven } from "../../../../src/ir/index.ts";
import type { SoftmaxWorkload } from "../../transformer-workload.ts";
import { saturateU8 } from "../float32.ts";
import { numberOf } from "../parameters.ts";

/** Tensors of a `softmax-f32` workload, each from the element its pointer names. */
export interface SoftmaxOperands {
  readonly x: Uint8Array | Float32Array;
  /** Written. */
  readonly y: Uint8Array | Float32Array | Float64Array;
}

/** The softmax of each pixel's channels, in float64. */
export function evaluateSoftmax(
  workload: SoftmaxWorkload,
  { x, y }: SoftmaxOperands,
  parameters: KernelParameters,
): void {
  const { rows, columns, channels } = workload;
  const scale = Math.fround(numberOf(parameters, "scale"));
  const finish = finisher(workload, parameters);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const from = row * workload.x.row + column * workload.x.pixel;
      const scores = Float64Array.from({ length: channels }, (_, channel) => scale * (x[from + channel] as number));
      const greatest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      const weights = scores.map((score) => Math.exp(score - greatest));
      const total = weights.reduce((a, b) => a + b, 0);
      const to = row * workload.y.row + column * workload.y.pixel;
      for (const [channel, weight] of weights.entries()) y[to + channel] = finish(weight / total);
    }
}

function finisher({ out }: SoftmaxWorkload, parameters: KernelParameters): (value: number) => number {
  if (out === "f32") return (value) => value;
  const [inverse, zero] = [Math.fround(numberOf(parameters, "inverse")), numberOf(parameters, "yZero")];
  return (value) => saturateU8(roundHalfEven(value * inverse) + zero);
}
