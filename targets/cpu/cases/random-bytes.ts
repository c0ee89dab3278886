import { uniformNumbers } from "../../../src/ir/index.ts";

/** Extremes come this often: they are where kernels saturate or clamp. */
const EXTREME_SHARE = 1 / 16;

/** Reproducible activations: uniform bytes with extremes among them. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const next = uniformNumbers(seed);
  return Uint8Array.from({ length }, () => {
    const draw = next();
    if (draw < EXTREME_SHARE) return draw < EXTREME_SHARE / 2 ? 0 : 255;
    return Math.floor(next() * 256);
  });
}

/** Reproducible int8 weights in [-127, 127]. */
export function randomWeights(length: number, seed: number): Int8Array {
  const next = uniformNumbers(seed);
  return Int8Array.from({ length }, () => Math.floor(next() * 255) - 127);
}

/** A permutation of bytes: every entry of a table matters. */
export function randomTable(seed: number): Uint8Array {
  const next = uniformNumbers(seed);
  const table = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let i = 255; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [table[i], table[j]] = [table[j] as number, table[i] as number];
  }
  return table;
}
