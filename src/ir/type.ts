import type { DType } from "./dtype.ts";
import type { Shape } from "./dim.ts";
import { printDim } from "./dim.ts";

/** A dense tensor; `shape` undefined means that even the rank is unknown. */
export interface TensorType {
  readonly kind: "tensor";
  readonly dtype: DType;
  readonly shape: Shape | undefined;
}

/** A sparse tensor (SparseTensorProto). */
export interface SparseTensorType {
  readonly kind: "sparse";
  readonly dtype: DType;
  readonly shape: Shape | undefined;
}

/** A sequence whose elements all have one type. */
export interface SequenceType {
  readonly kind: "sequence";
  readonly element: ValueType;
}

/** A value that may be absent. */
export interface OptionalType {
  readonly kind: "optional";
  readonly element: ValueType;
}

/** A map (ai.onnx.ml). */
export interface MapType {
  readonly kind: "map";
  readonly key: DType;
  readonly value: ValueType;
}

/** A type of a custom domain, or one newer than this program; carried, never looked into. */
export interface OpaqueType {
  readonly kind: "opaque";
  readonly domain: string;
  readonly name: string;
}

/** The type of a value (TypeProto). */
export type ValueType = TensorType | SparseTensorType | SequenceType | OptionalType | MapType | OpaqueType;

/** Shorthand for a dense tensor type. */
export function tensorType(dtype: DType, shape?: Shape): TensorType {
  return { kind: "tensor", dtype, shape };
}

/** The type as text: `float32[1,3,N,224]`, `seq(int64[?])`, `float32[*]` for an unknown rank. */
export function printType(type: ValueType | undefined): string {
  if (type === undefined) return "?";
  switch (type.kind) {
    case "tensor":
      return `${type.dtype}[${type.shape?.map(printDim).join(",") ?? "*"}]`;
    case "sparse":
      return `sparse ${type.dtype}[${type.shape?.map(printDim).join(",") ?? "*"}]`;
    case "sequence":
      return `seq(${printType(type.element)})`;
    case "optional":
      return `optional(${printType(type.element)})`;
    case "map":
      return `map(${type.key},${printType(type.value)})`;
    case "opaque":
      return `opaque(${type.domain},${type.name})`;
  }
}
