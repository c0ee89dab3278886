import type { DType } from "../ir/index.ts";
import { dtypes } from "../ir/index.ts";
import type { LayerCost } from "./layer-cost.ts";
import { totalBytes } from "./layer-cost.ts";

/**
 * Picojoules of one multiply-accumulate and of one byte moved, at 45 nm and 0.9 V: M. Horowitz, "Computing's energy
 * problem (and what we can do about it)", ISSCC 2014, figure 1.1.9. Newer processes take less of each; the ratios between
 * arithmetic and memory are what an estimate can be judged by.
 */
const picojoules = {
  mac: { float32: 3.7 + 0.9, float16: 1.1 + 0.4, int32: 3.1 + 0.1, int8: 0.2 + 0.03 },
  /** 64 bits of a 32 KiB cache take 20 pJ, of a 1 MiB cache 100 pJ, of DRAM 1.3 to 2.6 nJ. */
  cacheByte: 100 / 8,
  dramByte: 1950 / 8,
} as const;

/** Estimates take a last-level cache of this size: a core's share on current servers and laptops. */
export const usualCacheBytes = 4 << 20;

/** Energy of one inference by cause, in microjoules: an estimate. */
export interface EnergyEstimate {
  readonly arithmetic: number;
  readonly weights: number;
  readonly activations: number;
  readonly total: number;
}

/** Weights come from DRAM once an inference; activations from a cache of `cacheBytes` where all that live fit, else from DRAM. */
export function estimateEnergy(
  layers: readonly LayerCost[],
  peakActivationBytes: number,
  cacheBytes: number,
): EnergyEstimate {
  const perByte = peakActivationBytes <= cacheBytes ? picojoules.cacheByte : picojoules.dramByte;
  let [arithmetic, weights, activations] = [0, 0, 0];
  for (const { macs, dtype, weightBytes, readBytes, writtenBytes } of layers) {
    arithmetic += macs * picojoules.mac[arithmeticOf(dtype)];
    weights += totalBytes(weightBytes) * picojoules.dramByte;
    activations += (totalBytes(readBytes) + totalBytes(writtenBytes)) * perByte;
  }
  const micro = 1e-6;
  return {
    ...{ arithmetic: arithmetic * micro, weights: weights * micro, activations: activations * micro },
    total: (arithmetic + weights + activations) * micro,
  };
}

function arithmeticOf(dtype: DType | undefined): keyof typeof picojoules.mac {
  if (dtype === undefined) return "float32";
  const { kind, bits } = dtypes[dtype];
  if (kind === "float") return bits <= 16 ? "float16" : "float32";
  return bits <= 8 ? "int8" : "int32";
}
