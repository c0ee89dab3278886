const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** The IEEE half-precision bits of a number, rounded to nearest even from double precision. */
export function toFloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const scaled = roundHalfEven((size / 2 ** exponent) * 1024);
  return sign | (scaled >= 2048 ? (exponent + 16) << 10 : ((exponent + 15) << 10) + (scaled - 1024));
}

/** The number that IEEE half-precision bits stand for. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bfloat16 bits of a number: float32 rounded to nearest even on its upper half. */
export function toBFloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  f32[0] = value;
  const bits = u32[0] as number;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number that bfloat16 bits stand for. */
export function fromBFloat16Bits(bits: number): number {
  u32[0] = bits << 16;
  return f32[0] as number;
}

/** Doubles from 2^52 to 2^53 hold no fractions: a sum with this one is rounded as IEEE 754 rounds, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;
const FIRST_TOO_LARGE = 2 ** 51;

/** Rounds to the nearest integer, ties to even (IEEE 754 roundTiesToEven; ONNX Round and QuantizeLinear). */
export function roundHalfEven(value: number): number {
  if (Math.abs(value) < FIRST_TOO_LARGE) return value === 0 ? value : value + ROUNDER - ROUNDER;
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A finite float32 as the shortest decimal that reads back as the same float32: nine digits tell every one apart. */
export function shortestFloat32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
