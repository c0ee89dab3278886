import type { Tensor } from "../../../ir/index.ts";
import { floatAttr, intAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";

/**
 * BatchNormalization: with the given statistics, or with those of the batch in training, which training_mode says since
 * opset 14 and a second output before. Opset 7 can keep statistics for each position (spatial = 0).
 */
export const batchNormalization: ReferenceOp = {
  domain: "",
  name: "BatchNormalization",
  run(call) {
    const x = tensorInput(call, 0);
    const [scale, bias, givenMean, givenVariance] = [1, 2, 3, 4].map((i) => realsOf(tensorInput(call, i))) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const epsilon = floatAttr(call.node, "epsilon", 1e-5);
    const { batch, channels, plane } = layoutOf(call, x, scale.length);
    const source = realsOf(x);
    const training = isTraining(call);
    const statistics = training
      ? batchStatistics(source, batch, channels, plane)
      : { mean: givenMean, variance: givenVariance };
    const y = new Float64Array(source.length);
    for (let i = 0; i < y.length; i++) {
      const c = Math.floor(i / plane) % channels;
      const deviation = Math.sqrt((statistics.variance[c] as number) + epsilon);
      const normal = ((source[i] as number) - (statistics.mean[c] as number)) / deviation;
      y[i] = normal * (scale[c] as number) + (bias[c] as number);
    }
    const normalized = encodeReals(x.dtype, x.shape, y);
    if (!training) return [normalized];
    const momentum = floatAttr(call.node, "momentum", 0.9);
    const like = tensorInput(call, 3);
    const encoded = (values: Float64Array): Tensor => encodeReals(like.dtype, like.shape, values);
    const running = (given: Float64Array, current: Float64Array): Tensor =>
      encoded(given.map((value, c) => value * momentum + (current[c] as number) * (1 - momentum)));
    const { mean, variance } = statistics;
    const outputs = [normalized, running(givenMean, mean), running(givenVariance, variance)];
    return call.opset < 14 ? [...outputs, encoded(mean), encoded(variance)] : outputs;
  },
};

function isTraining(call: OpCall): boolean {
  if (call.opset >= 14) return intAttr(call.node, "training_mode", 0) !== 0;
  return call.node.outputs.slice(1).some((output) => output !== undefined);
}

interface ChannelLayout {
  readonly batch: number;
  readonly channels: number;
  readonly plane: number;
}

/** A vector has one channel; without `spatial` every position is a channel of its own. */
function layoutOf(call: OpCall, x: Tensor, channels: number): ChannelLayout {
  const size = sizeOf(x.shape);
  const batch = x.shape[0] ?? 1;
  if (x.shape.length < 2 || (call.opset < 9 && intAttr(call.node, "spatial", 1) === 0))
    return { batch, channels, plane: 1 };
  return { batch, channels, plane: batch * channels === 0 ? 1 : size / (batch * channels) };
}

/** Mean and population variance of each channel over batch and plane. */
function batchStatistics(
  x: Float64Array,
  batch: number,
  channels: number,
  plane: number,
): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const add = (to: Float64Array, value: (i: number, c: number) => number): void => {
    for (let i = 0; i < x.length; i++) {
      const c = Math.floor(i / plane) % channels;
      to[c] = (to[c] as number) + value(i, c) / (batch * plane);
    }
  };
  add(mean, (i) => x[i] as number);
  add(variance, (i, c) => ((x[i] as number) - (mean[c] as number)) ** 2);
  return { mean, variance };
}
