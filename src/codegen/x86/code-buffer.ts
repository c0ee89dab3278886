/** Bytes that grow; `length` of `bytes` are in use. */
export interface CodeBuffer {
  bytes: Uint8Array;
  length: number;
}

/** Longest instruction the processor takes. */
const longestInstruction = 15;

/** An empty buffer. */
export function createCodeBuffer(capacity = 4096): CodeBuffer {
  return { bytes: new Uint8Array(capacity), length: 0 };
}

/** Makes room for one more instruction. */
export function reserveInstruction(buffer: CodeBuffer): void {
  if (buffer.length + longestInstruction <= buffer.bytes.length) return;
  const grown = new Uint8Array(2 * buffer.bytes.length + longestInstruction);
  grown.set(buffer.bytes);
  buffer.bytes = grown;
}

/** Appends one byte; room must be there. */
export function put(buffer: CodeBuffer, byte: number): void {
  buffer.bytes[buffer.length++] = byte;
}

/** Appends the low `count` bytes of an integer, low byte first. */
export function putLittleEndian(buffer: CodeBuffer, value: number, count: number): void {
  for (let at = 0; at < count; at++) put(buffer, (value >> (8 * at)) & 0xff);
}
