import type { ByteSource } from "../codec/message-table.ts";

/** Number of varints in a packed payload. */
export function countVarints(payload: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < payload.length; i++) if ((payload[i] as number) < 0x80) count++;
  return count;
}

/**
 * Little-endian elements of `width` bytes from a packed payload of varints, higher bytes dropped; decoded at the first
 * reading. Varints longer than 64 bits are cut, as protobuf does.
 */
export function varintSource(payload: Uint8Array, count: number, width: 1 | 2 | 4 | 8): ByteSource {
  let decoded: Uint8Array | undefined;
  return {
    byteLength: count * width,
    read: (offset, length) => {
      decoded ??= decodeVarints(payload, count, width);
      return decoded.subarray(offset, offset + length);
    },
  };
}

function decodeVarints(payload: Uint8Array, count: number, width: 1 | 2 | 4 | 8): Uint8Array {
  const out = new Uint8Array(count * width);
  const view = new DataView(out.buffer);
  let at = 0;
  for (let i = 0; i < count; i++) {
    let low = 0;
    let high = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = payload[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 24 && shift < 64) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      shift += 7;
    } while (byte >= 0x80);
    const to = i * width;
    if (width === 1) out[to] = low;
    else if (width === 2) view.setUint16(to, low & 0xffff, true);
    else {
      view.setInt32(to, low, true);
      if (width === 8) view.setInt32(to + 4, high, true);
    }
  }
  return out;
}
