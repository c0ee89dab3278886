/** Reads an LZ4 block whose content has `size` bytes. Throws a RangeError for what is none, or has another size. */
export function lz4Decode(block: Uint8Array, size: number): Uint8Array {
  const content = new Uint8Array(size);
  let at = 0;
  let end = 0;
  const next = (): number => {
    const byte = block[at++];
    if (byte === undefined) throw new RangeError("the compressed bytes are cut");
    return byte;
  };
  const lengthOf = (bits: number): number => {
    let length = bits;
    if (bits < 15) return length;
    for (let byte = 255; byte === 255; length += byte) byte = next();
    return length;
  };
  const room = (length: number): void => {
    if (length > size - end) throw new RangeError("the compressed bytes hold more than they should");
  };
  for (;;) {
    const token = next();
    const literals = lengthOf(token >> 4);
    if (literals > block.length - at) throw new RangeError("the compressed bytes are cut");
    room(literals);
    content.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at === block.length) break;
    const offset = next() | (next() << 8);
    const length = lengthOf(token & 15) + 4;
    room(length);
    if (offset === 0 || offset > end) throw new RangeError("the compressed bytes refer to what is not there");
    // Byte by byte: a match may overlap itself, which repeats it.
    for (let i = 0; i < length; i++, end++) content[end] = content[end - offset] as number;
  }
  if (end !== size) throw new RangeError("the compressed bytes hold less than they should");
  return content;
}
