/** Appends little-endian fields to a buffer that grows. */
export interface ByteWriter {
  readonly length: number;
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  /** A non-negative safe integer. */
  u64(value: number): void;
  i32(value: number): void;
  /** A safe integer. */
  i64(value: number): void;
  f32(value: number): void;
  bytes(bytes: Uint8Array): void;
  /** Zeros until the length is a multiple of `to`. */
  align(to: number): void;
  /** A copy of what was written. */
  finish(): Uint8Array;
}

/** An empty writer. */
export function byteWriter(): ByteWriter {
  let view = new DataView(new ArrayBuffer(1024));
  let length = 0;
  const room = (bytes: number): number => {
    if (length + bytes > view.byteLength) {
      const larger = new Uint8Array(Math.max(2 * view.byteLength, length + bytes));
      larger.set(new Uint8Array(view.buffer, 0, length));
      view = new DataView(larger.buffer);
    }
    const at = length;
    length += bytes;
    return at;
  };
  const integer = (value: number, least: number, most: number): number => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`${value} is no integer from ${least} to ${most}`);
    return value;
  };
  // `room` may replace the view, so it has to come before `view` is read.
  return {
    get length() {
      return length;
    },
    u8: (value) => {
      const at = room(1);
      view.setUint8(at, integer(value, 0, 0xff));
    },
    u16: (value) => {
      const at = room(2);
      view.setUint16(at, integer(value, 0, 0xffff), true);
    },
    u32: (value) => {
      const at = room(4);
      view.setUint32(at, integer(value, 0, 0xffff_ffff), true);
    },
    u64: (value) => {
      const at = room(8);
      view.setBigUint64(at, BigInt(integer(value, 0, Number.MAX_SAFE_INTEGER)), true);
    },
    i32: (value) => {
      const at = room(4);
      view.setInt32(at, integer(value, -0x8000_0000, 0x7fff_ffff), true);
    },
    i64: (value) => {
      const at = room(8);
      view.setBigInt64(at, BigInt(integer(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)), true);
    },
    f32: (value) => {
      const at = room(4);
      view.setFloat32(at, value, true);
    },
    bytes: (bytes) => {
      const at = room(bytes.byteLength);
      new Uint8Array(view.buffer).set(bytes, at);
    },
    align: (to) => void room((to - (length % to)) % to),
    finish: () => new Uint8Array(view.buffer, 0, length).slice(),
  };
}

/** Reads little-endian fields behind each other. Reading past the end throws a RangeError. */
export interface ByteReader {
  u8(): number;
  u16(): number;
  u32(): number;
  /** Throws a RangeError above 2^53. */
  u64(): number;
  i32(): number;
  i64(): number;
  f32(): number;
  bytes(count: number): Uint8Array;
  /** Bytes not read yet. */
  readonly left: number;
}

/** A reader of `bytes`. */
export function byteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let next = 0;
  const take = (count: number): number => {
    if (count > bytes.byteLength - next) throw new RangeError("cut short");
    const at = next;
    next += count;
    return at;
  };
  const safe = (value: bigint): number => {
    if (!Number.isSafeInteger(Number(value))) throw new RangeError(`${value} is too large`);
    return Number(value);
  };
  return {
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    u64: () => safe(view.getBigUint64(take(8), true)),
    i32: () => view.getInt32(take(4), true),
    i64: () => safe(view.getBigInt64(take(8), true)),
    f32: () => view.getFloat32(take(4), true),
    bytes: (count) => {
      const at = take(count);
      return bytes.subarray(at, at + count);
    },
    get left() {
      return bytes.byteLength - next;
    },
  };
}
