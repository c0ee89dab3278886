import type { DType } from "./dtype.ts";
import { dtypes } from "./dtype.ts";
import type { StaticShape } from "./dim.ts";
import type { Tensor } from "./tensor.ts";
import { sizeOf, tensorFromNumbers, tensorFromStrings } from "./tensor.ts";

/** A generator of uniform numbers in [0, 1) that gives the same series for the same seed (mulberry32, 32 bits of state). */
export function uniformNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A tensor of reproducible pseudo-random content: floats uniform in [-1, 1), signed integers in [-8, 8), unsigned ones
 * in [0, 16) (as far as the type holds them), booleans, and for strings the letters a to h.
 */
export function randomTensor(dtype: DType, shape: StaticShape, seed: number): Tensor {
  const next = uniformNumbers(seed);
  const { kind, bits } = dtypes[dtype];
  if (kind === "string")
    return tensorFromStrings(
      shape,
      Array.from({ length: sizeOf(shape) }, () => "abcdefgh"[Math.floor(next() * 8)] as string),
    );
  const span = Math.min(16, 2 ** bits);
  const draw = (): number => {
    if (kind === "bool") return next() < 0.5 ? 0 : 1;
    if (kind === "signed") return Math.floor(next() * span) - span / 2;
    return kind === "unsigned" ? Math.floor(next() * span) : next() * 2 - 1;
  };
  return tensorFromNumbers(dtype, shape, Float64Array.from({ length: sizeOf(shape) }, draw));
}

/** A tensor whose every element is `value`. */
export function filledTensor(dtype: DType, shape: StaticShape, value: number): Tensor {
  return tensorFromNumbers(dtype, shape, new Float64Array(sizeOf(shape)).fill(value));
}
