/** Families of registers: general registers by width, vectors by width, opmasks. */
export type RegisterClass = "r8" | "r16" | "r32" | "r64" | "xmm" | "ymm" | "zmm" | "k";

/**
 * Kinds of operands as bits: an operand has one kind bit and may have flag bits, a form's operand accepts a union.
 * Vector registers 0-15 and 16-31 are apart, because VEX can name only the former.
 */
export const kinds = {
  r8: 1 << 0,
  r16: 1 << 1,
  r32: 1 << 2,
  r64: 1 << 3,
  k: 1 << 4,
  xmm: 1 << 5,
  xmmHigh: 1 << 6,
  ymm: 1 << 7,
  ymmHigh: 1 << 8,
  zmm: 1 << 9,
  zmmHigh: 1 << 10,
  memory: 1 << 11,
  /** Memory whose index is a vector register. */
  vectorIndexX: 1 << 12,
  vectorIndexXHigh: 1 << 13,
  vectorIndexY: 1 << 14,
  vectorIndexYHigh: 1 << 15,
  vectorIndexZ: 1 << 16,
  vectorIndexZHigh: 1 << 17,
  broadcast: 1 << 18,
  immediate: 1 << 19,
  label: 1 << 20,
  rounding: 1 << 21,
  suppress: 1 << 22,
} as const;

/** Flags an operand may carry beside its kind. */
export const flags = { masked: 1 << 24, zeroing: 1 << 25 } as const;

/** All flag bits. */
export const flagBits = flags.masked | flags.zeroing;

/** Kind bit of a register. */
export function registerKind(registerClass: RegisterClass, index: number): number {
  const low = kinds[registerClass];
  return index < 16 ? low : low << 1;
}

/** Kind bit of a memory operand whose index is this vector register. */
export function vectorIndexKind(registerClass: RegisterClass, index: number): number {
  return (registerKind(registerClass, index) / kinds.xmm) * kinds.vectorIndexX;
}
