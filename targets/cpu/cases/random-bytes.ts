import { uniformNumbers } from "../../../src/ir/index.ts";

/** Extremes come this often: they are where kernels saturate or clamp. */
const EXTREME_SHARE = 1 / 16;

/** Reproducible activations: uniform bytes with extremes among them. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const next = uniformNumbers(seed);
  const bytes = new Uint8Array(length);
  // There may be millions, and "from" takes ten times as long for each.
  for (let i = 0; i < length; i++) {
    const draw = next();
    if (draw < EXTREME_SHARE) bytes[i] = draw < EXTREME_SHARE / 2 ? 0 : 255;
    else bytes[i] = Math.floor(next() * 256);
  }
  return bytes;
}

/** Reproducible int8 weights in [-127, 127]. */
export function randomWeights(length: number, seed: number): Int8Array {
  const next = uniformNumbers(seed);
  const weights = new Int8Array(length);
  for (let i = 0; i < length; i++) weights[i] = Math.floor(next() * 255) - 127;
  return weights;
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
