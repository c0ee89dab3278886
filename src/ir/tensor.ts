import type { DType } from "./dtype.ts";
import { byteLengthOf, dtypes } from "./dtype.ts";
import type { StaticShape } from "./dim.ts";
import { fromBFloat16Bits, fromFloat16Bits, toBFloat16Bits, toFloat16Bits } from "./float.ts";
import { packElements, unpackElements } from "./packed-elements.ts";

/**
 * An immutable constant, row-major, elements little-endian as in raw_data of TensorProto. An implementation may leave
 * its bytes on disk: then each call reads them, and `read` touches only the range asked for.
 */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: StaticShape;
  /** Bytes of the elements; for string tensors the sum of the strings' bytes. */
  readonly byteLength: number;
  /** All bytes. The caller must not write to them. String tensors throw. */
  bytes(): Uint8Array;
  /** `length` bytes from `offset`. The caller must not write to them. String tensors throw. */
  read(offset: number, length: number): Uint8Array;
  /** The elements of a string tensor as UTF-8 bytes; undefined for every other type. */
  readonly stringBytes?: readonly Uint8Array[];
}

/** The typed array that holds one element per entry, for types of at least a byte; float16 and bfloat16 as raw bits. */
export type ElementArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Number of elements of a static shape. */
export function sizeOf(shape: StaticShape): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Row-major strides of a static shape, in elements. */
export function stridesOf(shape: StaticShape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

class DenseTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: StaticShape;
  readonly #bytes: Uint8Array;

  constructor(dtype: DType, shape: StaticShape, bytes: Uint8Array) {
    this.dtype = dtype;
    this.shape = shape;
    this.#bytes = bytes;
  }
  get byteLength(): number {
    return this.#bytes.byteLength;
  }
  bytes(): Uint8Array {
    return this.#bytes;
  }
  read(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }
}

class StringTensor implements Tensor {
  readonly dtype = "string";
  readonly shape: StaticShape;
  readonly stringBytes: readonly Uint8Array[];
  readonly byteLength: number;

  constructor(shape: StaticShape, strings: readonly Uint8Array[]) {
    this.shape = shape;
    this.stringBytes = strings;
    this.byteLength = strings.reduce((sum, bytes) => sum + bytes.byteLength, 0);
  }
  bytes(): Uint8Array {
    throw new TypeError("a string tensor has no flat bytes");
  }
  read(): Uint8Array {
    throw new TypeError("a string tensor has no flat bytes");
  }
}

/** A tensor over raw little-endian bytes, which must have exactly the length of the shape and are not copied. */
export function tensorFromBytes(dtype: DType, shape: StaticShape, bytes: Uint8Array): Tensor {
  const wanted = byteLengthOf(dtype, sizeOf(shape));
  if (bytes.byteLength !== wanted)
    throw new RangeError(`${dtype}[${shape.join(",")}] takes ${wanted} bytes, got ${bytes.byteLength}`);
  return new DenseTensor(dtype, shape, bytes);
}

/** A string tensor; a string is stored as UTF-8. */
export function tensorFromStrings(shape: StaticShape, strings: readonly (string | Uint8Array)[]): Tensor {
  if (strings.length !== sizeOf(shape))
    throw new RangeError(`string[${shape.join(",")}] got ${strings.length} strings`);
  const encoder = new TextEncoder();
  return new StringTensor(
    shape,
    strings.map((s) => (typeof s === "string" ? encoder.encode(s) : s)),
  );
}

/** A tensor over a typed array of its element type (raw bits for float16 and bfloat16), not copied. */
export function tensorFromElements(dtype: DType, shape: StaticShape, elements: ElementArray): Tensor {
  return tensorFromBytes(dtype, shape, new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
}

/**
 * A tensor of numbers converted to the element type: floats rounded to nearest even, integers truncated and wrapped,
 * bool from non-zero. Complex and string types throw, so do the 8-bit and 4-bit floats, which have rounding of their own.
 */
export function tensorFromNumbers(dtype: DType, shape: StaticShape, values: ArrayLike<number>): Tensor {
  const size = sizeOf(shape);
  if (values.length !== size) throw new RangeError(`${dtype}[${shape.join(",")}] got ${values.length} values`);
  const { bits, kind } = dtypes[dtype];
  if (kind === "float" && bits < 16) throw new TypeError(`${dtype} is encoded by the reference interpreter`);
  if (bits < 8 && (kind === "signed" || kind === "unsigned"))
    return tensorFromBytes(dtype, shape, packElements(values, bits));
  const bytes = new Uint8Array(byteLengthOf(dtype, size));
  const out = elementView(dtype, bytes);
  for (let i = 0; i < size; i++) {
    const value = values[i] as number;
    if (out instanceof BigInt64Array || out instanceof BigUint64Array) out[i] = BigInt(Math.trunc(value));
    else if (dtype === "float16") out[i] = toFloat16Bits(value);
    else if (dtype === "bfloat16") out[i] = toBFloat16Bits(value);
    else if (dtype === "bool") out[i] = value === 0 ? 0 : 1;
    else out[i] = value;
  }
  return tensorFromBytes(dtype, shape, bytes);
}

/** An int64 tensor; `values` may be numbers or bigints. Rank 1 unless a shape is given. */
export function int64Tensor(values: readonly (number | bigint)[], shape: StaticShape = [values.length]): Tensor {
  return tensorFromElements(
    "int64",
    shape,
    BigInt64Array.from(values, (v) => BigInt(v)),
  );
}

/** A float32 scalar (rank 0). */
export function float32Scalar(value: number): Tensor {
  return tensorFromElements("float32", [], Float32Array.of(value));
}

/**
 * One typed-array entry per element; float16 and bfloat16 as raw bits, bool as 0 or 1. The bytes are copied only when
 * they are not aligned. Sub-byte, complex and string types throw.
 */
export function elementsOf(tensor: Tensor): ElementArray {
  return elementView(tensor.dtype, tensor.bytes());
}

function elementView(dtype: DType, source: Uint8Array): ElementArray {
  const bits = dtypes[dtype].bits;
  const bytes = source.byteOffset % Math.max(1, bits / 8) === 0 ? source : source.slice();
  const length = (bytes.byteLength * 8) / Math.max(1, bits);
  switch (dtype) {
    case "float32":
      return new Float32Array(bytes.buffer, bytes.byteOffset, length);
    case "float64":
      return new Float64Array(bytes.buffer, bytes.byteOffset, length);
    case "int8":
      return new Int8Array(bytes.buffer, bytes.byteOffset, length);
    case "int16":
      return new Int16Array(bytes.buffer, bytes.byteOffset, length);
    case "uint16":
    case "float16":
    case "bfloat16":
      return new Uint16Array(bytes.buffer, bytes.byteOffset, length);
    case "int32":
      return new Int32Array(bytes.buffer, bytes.byteOffset, length);
    case "uint32":
      return new Uint32Array(bytes.buffer, bytes.byteOffset, length);
    case "int64":
      return new BigInt64Array(bytes.buffer, bytes.byteOffset, length);
    case "uint64":
      return new BigUint64Array(bytes.buffer, bytes.byteOffset, length);
    case "uint8":
    case "bool":
    case "float8e4m3fn":
    case "float8e4m3fnuz":
    case "float8e5m2":
    case "float8e5m2fnuz":
    case "float8e8m0":
      return bytes;
    default:
      throw new TypeError(`${dtype} has no typed array of single elements`);
  }
}

/**
 * The elements as numbers: float16, bfloat16 and packed integers decoded, bool as 0 or 1, 64-bit integers rounded to
 * double precision. Complex, string and the 4- and 8-bit float types throw.
 */
export function numbersOf(tensor: Tensor): ArrayLike<number> {
  const { bits, kind } = dtypes[tensor.dtype];
  if (bits < 8 && (kind === "signed" || kind === "unsigned")) return packedIntegers(tensor, bits, kind === "signed");
  if (kind === "float" && bits < 16) throw new TypeError(`${tensor.dtype} is decoded by the reference interpreter`);
  const elements = elementsOf(tensor);
  if (tensor.dtype === "float16") return Float64Array.from(elements as Uint16Array, fromFloat16Bits);
  if (tensor.dtype === "bfloat16") return Float64Array.from(elements as Uint16Array, fromBFloat16Bits);
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
    const out = new Float64Array(elements.length);
    for (let i = 0; i < out.length; i++) out[i] = Number(elements[i]);
    return out;
  }
  return elements;
}

function packedIntegers(tensor: Tensor, bits: number, signed: boolean): Int32Array {
  const codes = unpackElements(tensor.bytes(), bits, sizeOf(tensor.shape));
  return Int32Array.from(codes, (code) => (signed && code >> (bits - 1) ? code - (1 << bits) : code));
}

/** The elements of an integer or bool tensor as bigints. */
export function bigintsOf(tensor: Tensor): readonly bigint[] {
  if (tensor.dtype === "int64" || tensor.dtype === "uint64") return [...(elementsOf(tensor) as BigInt64Array)];
  return Array.from(numbersOf(tensor), (v) => BigInt(v));
}

/** The elements of a string tensor, decoded as UTF-8. */
export function stringsOf(tensor: Tensor): readonly string[] {
  if (tensor.stringBytes === undefined) throw new TypeError(`${tensor.dtype} is not a string tensor`);
  const decoder = new TextDecoder();
  return tensor.stringBytes.map((bytes) => decoder.decode(bytes));
}

/** True when dtype, shape and every byte agree; bytes are compared in blocks, so tensors on disk are not held whole. */
export function equalTensors(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  if (a.dtype !== b.dtype || a.byteLength !== b.byteLength) return false;
  if (a.shape.length !== b.shape.length || a.shape.some((dim, i) => dim !== b.shape[i])) return false;
  if (a.stringBytes !== undefined || b.stringBytes !== undefined) {
    const left = a.stringBytes ?? [];
    const right = b.stringBytes ?? [];
    return left.length === right.length && left.every((s, i) => Buffer.compare(s, right[i] as Uint8Array) === 0);
  }
  const block = 1 << 22;
  for (let at = 0; at < a.byteLength; at += block) {
    const length = Math.min(block, a.byteLength - at);
    if (Buffer.compare(a.read(at, length), b.read(at, length)) !== 0) return false;
  }
  return true;
}
