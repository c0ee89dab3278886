/** Packs the low `bits` (1, 2, 4) of each value little end first, as raw_data holds types below a byte (onnx.proto). */
export function packElements(values: ArrayLike<number>, bits: number): Uint8Array {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const bytes = new Uint8Array(Math.ceil(values.length / perByte));
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / perByte);
    bytes[at] = (bytes[at] as number) | (((values[i] as number) & mask) << ((i % perByte) * bits));
  }
  return bytes;
}

/** The raw bits of each of `count` packed elements, one entry an element. */
export function unpackElements(bytes: Uint8Array, bits: number, count: number): Uint8Array {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const codes = new Uint8Array(count);
  for (let i = 0; i < count; i++)
    codes[i] = ((bytes[Math.floor(i / perByte)] as number) >> ((i % perByte) * bits)) & mask;
  return codes;
}
