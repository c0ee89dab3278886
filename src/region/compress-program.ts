import { lz4Decode } from "./lz4-decode.ts";
import { lz4Encode } from "./lz4-encode.ts";
import { programLayout, storageCodes } from "./program-layout.ts";
import { isSealed, seal } from "./seal.ts";

/** An LZ4 block holds at most this many times its own bytes. */
const greatestRatio = 255;

/**
 * A plain program (as `encodeProgram` writes it) with everything behind its header compressed; the same bytes where
 * that does not make it smaller, or where it is larger than programs may be that are compressed.
 */
export function compressProgram(plain: Uint8Array): Uint8Array {
  const { headerBytes } = programLayout;
  if (plain.byteLength > programLayout.mostCompressible) return plain;
  const block = lz4Encode(plain.subarray(headerBytes));
  if (headerBytes + block.byteLength >= plain.byteLength) return plain;
  return stored(plain.subarray(0, headerBytes), block, storageCodes.lz4);
}

/** The plain program that `compressProgram` was given. Throws a RangeError where that was never one. */
export function expandProgram(bytes: Uint8Array): Uint8Array {
  const { headerBytes, magic, version } = programLayout;
  if (bytes.byteLength < headerBytes || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic)
    throw new RangeError("not an infer-opt program");
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const own = header.getUint32(8, true);
  if (own !== version) throw new RangeError(`format version ${own} is unknown`);
  if (header.getBigUint64(programLayout.storedBytesAt, true) !== BigInt(bytes.byteLength))
    throw new RangeError("the size differs from the header's");
  if (!isSealed(bytes, programLayout.digestAt)) throw new RangeError("the digest differs: the program was changed");
  const storage = header.getUint32(programLayout.storageAt, true);
  const size = Number(header.getBigUint64(programLayout.plainBytesAt, true));
  const block = bytes.subarray(headerBytes);
  if (storage === storageCodes.plain) {
    if (size !== bytes.byteLength) throw new RangeError("the plain size differs from the header's");
    return bytes;
  }
  if (storage !== storageCodes.lz4) throw new RangeError(`storage ${storage} is unknown`);
  const most = Math.min(programLayout.mostCompressible, headerBytes + greatestRatio * block.byteLength);
  if (size < headerBytes || size > most) throw new RangeError("its plain size is not one its bytes can hold");
  return stored(bytes.subarray(0, headerBytes), lz4Decode(block, size - headerBytes), storageCodes.plain);
}

function stored(header: Uint8Array, body: Uint8Array, storage: number): Uint8Array {
  const bytes = new Uint8Array(header.byteLength + body.byteLength);
  bytes.set(header);
  bytes.set(body, header.byteLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(programLayout.storedBytesAt, BigInt(bytes.byteLength), true);
  view.setUint32(programLayout.storageAt, storage, true);
  return seal(bytes, programLayout.digestAt);
}
