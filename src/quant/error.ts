import type { Histogram } from "./histogram.ts";
import type { QuantizationParameters } from "./parameters.ts";
import { quantizeValue } from "./rounding.ts";

/** Signal to quantization noise ratio in decibel, 10·log10(Σx² / Σ(x−y)²); Infinity for equal values. */
export function sqnrDb(signal: number, noise: number): number {
  return noise === 0 ? Infinity : signal === 0 ? -Infinity : 10 * Math.log10(signal / noise);
}

/** The ratio for one tensor before and after quantization. */
export function tensorSqnrDb(original: ArrayLike<number>, changed: ArrayLike<number>): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < original.length; i++) {
    const x = original[i] as number;
    signal += x * x;
    noise += (x - (changed[i] as number)) ** 2;
  }
  return sqnrDb(signal, noise);
}

/** The ratio that rounding and clipping alone leave of an observed value, estimated at four points of each bin. */
export function histogramSqnrDb(histogram: Histogram, parameters: QuantizationParameters): number {
  const { counts, binWidth, firstBin } = histogram;
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < counts.length; i++) {
    const n = (counts[i] as number) / 4;
    if (n === 0) continue;
    for (let part = 0; part < 4; part++) {
      const x = (firstBin + i + (part + 0.5) / 4) * binWidth;
      const y = (quantizeValue(x, parameters) - parameters.zeroPoint) * parameters.scale;
      signal += n * x * x;
      noise += n * (x - y) ** 2;
    }
  }
  return sqnrDb(signal, noise);
}
