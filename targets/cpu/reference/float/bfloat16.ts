import { fromBFloat16Bits, toBFloat16Bits } from "../../../../src/ir/index.ts";

/** Numbers as the bits of bfloat16, rounded to nearest even. */
export function toBf16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, toBFloat16Bits);
}

/** The numbers that bits of bfloat16 stand for: exact in float32. */
export function fromBf16(bits: ArrayLike<number>): Float32Array {
  return Float32Array.from(bits, fromBFloat16Bits);
}

/** The nearest numbers that bfloat16 holds. */
export function roundedToBf16(values: ArrayLike<number>): Float32Array {
  return fromBf16(toBf16(values));
}
