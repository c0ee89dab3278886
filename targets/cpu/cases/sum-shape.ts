import type { FloatWorkload } from "../float-workload.ts";
import { phaseChannels } from "../reference/transposed.ts";
import type { CpuWorkload } from "../workload.ts";

/** Workloads whose results are sums of products over a window. */
export type SumWorkload = Extract<CpuWorkload | FloatWorkload, { readonly bias: boolean }>;

/** Sizes of what a workload adds up. */
export interface SumShape {
  /** Channels of x and y. */
  readonly inputs: number;
  readonly outputs: number;
  /** Products of one sum. */
  readonly terms: number;
  /** Elements of the constant weights, and of biases and scales, one a channel. */
  readonly weights: number;
  readonly channels: number;
}

/** The sizes of a workload. */
export function sumShape(workload: SumWorkload): SumShape {
  const taps = workload.window.kernel[0] * workload.window.kernel[1];
  if ("channels" in workload) {
    const { channels } = workload;
    return { inputs: channels, outputs: channels, terms: taps, weights: channels * taps, channels };
  }
  const { inputs, outputs } = workload;
  const terms = (inputs / (("groups" in workload ? workload.groups : undefined) ?? 1)) * taps;
  if ("phases" in workload) {
    const channels = phaseChannels(workload);
    const [kh, kw] = workload.phases.kernel;
    return { inputs, outputs, terms, weights: (terms / taps) * channels * kh * kw, channels };
  }
  return { inputs, outputs, terms, weights: outputs * terms, channels: outputs };
}
