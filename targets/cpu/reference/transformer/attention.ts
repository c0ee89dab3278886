import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { roundHalfEven } from "../../../../src/ir/index.ts";
import type { AttentionWorkload } from "../../transformer-workload.ts";
import { saturateU8 } from "../float32.ts";
import { numberOf } from "../parameters.ts";

/** Tensors of an `attention-f32` workload, each from the element its pointer names. */
export interface AttentionOperands {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly mask: Float32Array | undefined;
  /** Written. */
  readonly y: Uint8Array | Float32Array | Float64Array;
}

/** Softmax of the scaled products of a query with all keys, and the values weighted with it, in float64. */
export function evaluateAttention(
  workload: AttentionWorkload,
  { q, k, v, mask, y }: AttentionOperands,
  parameters: KernelParameters,
): void {
  const { columns, channels, keys, heads } = workload;
  const width = channels / heads;
  const scale = Math.fround(numberOf(parameters, "scale"));
  const finish = quantizer(workload, parameters);
  for (let head = 0; head < heads; head++)
    for (let token = 0; token < columns; token++) {
      const first = head * width;
      const scores = Float64Array.from({ length: keys }, (_, key) => {
        let sum = 0;
        for (let at = first; at < first + width; at++)
          sum += (q[token * workload.q.pixel + at] as number) * (k[key * workload.k.pixel + at] as number);
        const added = workload.mask === undefined ? 0 : head * workload.mask.head + token * workload.mask.row + key;
        return scale * sum + (mask?.[added] ?? 0);
      });
      const greatest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      const weights = scores.map((score) => Math.exp(score - greatest));
      const total = weights.reduce((a, b) => a + b, 0);
      for (let at = first; at < first + width; at++) {
        let sum = 0;
        for (let key = 0; key < keys; key++)
          sum += (weights[key] as number) * (v[key * workload.v.pixel + at] as number);
        y[token * workload.y.pixel + at] = finish(sum / total);
      }
    }
}

function quantizer({ out }: AttentionWorkload, parameters: KernelParameters): (value: number) => number {
  if (out === "f32") return (value) => value;
  const [scale, zero] = [Math.fround(numberOf(parameters, "yScale")), numberOf(parameters, "yZero")];
  return (value) => saturateU8(roundHalfEven(value / scale) + zero);
}
