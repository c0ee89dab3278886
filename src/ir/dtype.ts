/** Element types of ONNX tensors, named as in the ONNX text format; `code` is `TensorProto.DataType` (onnx.proto). */
export type DType =
  | "float32"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "int32"
  | "int64"
  | "string"
  | "bool"
  | "float16"
  | "float64"
  | "uint32"
  | "uint64"
  | "complex64"
  | "complex128"
  | "bfloat16"
  | "float8e4m3fn"
  | "float8e4m3fnuz"
  | "float8e5m2"
  | "float8e5m2fnuz"
  | "uint4"
  | "int4"
  | "float4e2m1"
  | "float8e8m0"
  | "uint2"
  | "int2";

/** What arithmetic an element type takes part in. */
export type DTypeKind = "float" | "signed" | "unsigned" | "bool" | "string" | "complex";

/** Facts about one element type: ONNX enum value, bits of one element in raw_data (0 for string), and its kind. */
export interface DTypeFacts {
  readonly code: number;
  readonly bits: number;
  readonly kind: DTypeKind;
}

/** The table of element types. Sub-byte types are packed little end first, two or four to a byte (onnx.proto). */
export const dtypes: Readonly<Record<DType, DTypeFacts>> = {
  float32: { code: 1, bits: 32, kind: "float" },
  uint8: { code: 2, bits: 8, kind: "unsigned" },
  int8: { code: 3, bits: 8, kind: "signed" },
  uint16: { code: 4, bits: 16, kind: "unsigned" },
  int16: { code: 5, bits: 16, kind: "signed" },
  int32: { code: 6, bits: 32, kind: "signed" },
  int64: { code: 7, bits: 64, kind: "signed" },
  string: { code: 8, bits: 0, kind: "string" },
  bool: { code: 9, bits: 8, kind: "bool" },
  float16: { code: 10, bits: 16, kind: "float" },
  float64: { code: 11, bits: 64, kind: "float" },
  uint32: { code: 12, bits: 32, kind: "unsigned" },
  uint64: { code: 13, bits: 64, kind: "unsigned" },
  complex64: { code: 14, bits: 64, kind: "complex" },
  complex128: { code: 15, bits: 128, kind: "complex" },
  bfloat16: { code: 16, bits: 16, kind: "float" },
  float8e4m3fn: { code: 17, bits: 8, kind: "float" },
  float8e4m3fnuz: { code: 18, bits: 8, kind: "float" },
  float8e5m2: { code: 19, bits: 8, kind: "float" },
  float8e5m2fnuz: { code: 20, bits: 8, kind: "float" },
  uint4: { code: 21, bits: 4, kind: "unsigned" },
  int4: { code: 22, bits: 4, kind: "signed" },
  float4e2m1: { code: 23, bits: 4, kind: "float" },
  float8e8m0: { code: 24, bits: 8, kind: "float" },
  uint2: { code: 25, bits: 2, kind: "unsigned" },
  int2: { code: 26, bits: 2, kind: "signed" },
};

const byCode: ReadonlyMap<number, DType> = new Map(
  (Object.keys(dtypes) as DType[]).map((name) => [dtypes[name].code, name]),
);

/** The element type of a `TensorProto.DataType` value; undefined for UNDEFINED and values newer than this table. */
export function dtypeFromCode(code: number): DType | undefined {
  return byCode.get(code);
}

/** Bytes of `count` elements in raw_data; 0 for string tensors, whose elements have no fixed size. */
export function byteLengthOf(dtype: DType, count: number): number {
  return Math.ceil((dtypes[dtype].bits * count) / 8);
}

/** True for every floating-point type, the 4- and 8-bit ones included. */
export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].kind === "float";
}

/** True for signed and unsigned integers of any width (bool is none). */
export function isInteger(dtype: DType): boolean {
  const { kind } = dtypes[dtype];
  return kind === "signed" || kind === "unsigned";
}

/**
 * The least and greatest double that an integer type holds: its limits up to 32 bits; of 64 bits the doubles below
 * 2^63 and 2^64, as 2^63 - 1 and 2^64 - 1 are none.
 */
export function integerLimits(dtype: DType): { readonly min: number; readonly max: number } {
  const { bits, kind } = dtypes[dtype];
  if (!isInteger(dtype)) throw new TypeError(`${dtype} is no integer type`);
  const exponent = kind === "signed" ? bits - 1 : bits;
  return { min: kind === "signed" ? -(2 ** exponent) : 0, max: 2 ** exponent - 2 ** Math.max(0, exponent - 53) };
}
