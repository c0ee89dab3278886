import { uniformNumbers } from "../ir/index.ts";

/** A seeded stream of numbers, the same on every host. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
}

/** Uniform numbers by seed; normal values by the Box-Muller transform. */
export function randomSource(seed: number): RandomSource {
  const uniform = uniformNumbers(seed);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below: (bound) => Math.floor(uniform() * bound),
  };
}
