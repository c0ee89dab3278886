import type { DType } from "../../ir/index.ts";

/** What the header of a .npy array says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes before the first element. */
  readonly start: number;
}

/** numpy type codes, little-endian or of one byte. */
const types: Readonly<Record<string, DType>> = {
  "|b1": "bool",
  "|u1": "uint8",
  "|i1": "int8",
  "<u2": "uint16",
  "<i2": "int16",
  "<u4": "uint32",
  "<i4": "int32",
  "<u8": "uint64",
  "<i8": "int64",
  "<f2": "float16",
  "<f4": "float32",
  "<f8": "float64",
};

/** Bytes that surely hold the header's length fields. */
export const npyPreambleLength = 12;

/** Bytes of the whole header, told from its first `npyPreambleLength` bytes; throws a plain Error on anything else. */
export function npyHeaderLength(preamble: Uint8Array): number {
  if (preamble.length < 10 || Buffer.from(preamble.subarray(0, 6)).toString("latin1") !== "\x93NUMPY")
    throw new Error("not a .npy array");
  const view = new DataView(preamble.buffer, preamble.byteOffset, preamble.byteLength);
  const length = preamble[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (length > 1 << 20) throw new Error("the header is too long");
  return length;
}

/** Reads the header (format versions 1 to 3 of numpy.lib.format); throws a plain Error for what is not supported. */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  const length = npyHeaderLength(bytes);
  if (bytes.length < length) throw new Error("the header is cut short");
  const text = Buffer.from(bytes.subarray(bytes[6] === 1 ? 10 : 12, length)).toString("utf8");
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined) throw new Error("the header is malformed");
  if (order === "True") throw new Error("arrays in Fortran order are not read; save numpy.ascontiguousarray(x)");
  const dtype = descr === undefined ? undefined : types[descr];
  if (dtype === undefined) throw new Error(`element type ${descr ?? "with fields"} is not read`);
  const dims = shape
    .split(",")
    .map((s) => s.replace("L", "").trim())
    .filter((s) => s !== "")
    .map(Number);
  if (!dims.every(Number.isSafeInteger)) throw new Error("the header is malformed");
  return { dtype, shape: dims, start: length };
}
