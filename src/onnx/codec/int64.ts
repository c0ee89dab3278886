/** Small integers are by far the most frequent; sharing them saves an allocation each. */
const small: readonly bigint[] = Array.from({ length: 1025 }, (_, i) => BigInt(i));

/** The signed 64-bit integer of two 32-bit halves. */
export function bigintOfBits(low: number, high: number): bigint {
  if (high === 0 && low >= 0) return small[low] ?? BigInt(low);
  return (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
}

/** The halves of a 64-bit integer, in the form protobufjs takes for a 64-bit field. */
export function bitsOfBigint(value: bigint): { low: number; high: number; unsigned: boolean } {
  return {
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: false,
  };
}

/** Bytes of a 64-bit integer as a varint; negative numbers take ten. */
export function varintLength(value: bigint): number {
  if (value < 0n) return 10;
  let length = 1;
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) length++;
  return length;
}
