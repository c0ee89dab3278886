import { uniformNumbers } from "../../../../src/ir/index.ts";
import type { Quantization } from "../../../../targets/cpu/reference/quantize.ts";

/** Whole numbers below a bound, and quantizations whose scales are small multiples of one: exact halves are frequent. */
export interface RandomQuantizations {
  below(bound: number): number;
  next(): Quantization;
}

/** A seeded source. */
export function randomQuantizations(seed: number): RandomQuantizations {
  const uniform = uniformNumbers(seed);
  const below = (bound: number): number => Math.floor(uniform() * bound);
  const base = Math.fround(0.001 + uniform() * 0.1);
  return { below, next: () => ({ scale: Math.fround(base * (1 + below(24))), zero: below(256) }) };
}
