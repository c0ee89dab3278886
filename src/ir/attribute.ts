import type { Graph } from "./graph.ts";
import type { Tensor } from "./tensor.ts";
import type { ValueType } from "./type.ts";

/** A sparse constant: values[i] stands at indices[i] (linear or per-axis) of `shape` (SparseTensorProto). */
export interface SparseTensor {
  readonly shape: readonly number[];
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * One attribute (AttributeProto). Integers are bigints because many hold INT64_MAX; strings that are not UTF-8 stay
 * bytes. `reference` names an attribute of the enclosing function; `type` then is the AttributeType it will have.
 */
export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: string | Uint8Array }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "sparse"; readonly value: SparseTensor }
  | { readonly kind: "type"; readonly value: ValueType }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly bigint[] }
  | { readonly kind: "strings"; readonly value: readonly (string | Uint8Array)[] }
  | { readonly kind: "tensors"; readonly value: readonly Tensor[] }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  | { readonly kind: "sparses"; readonly value: readonly SparseTensor[] }
  | { readonly kind: "types"; readonly value: readonly ValueType[] }
  | { readonly kind: "reference"; readonly value: string; readonly type: number };

/** Shorthands that build attributes: `attr.int(1)`, `attr.ints([1, 1])`, `attr.string("same")`. */
export const attr = {
  float: (value: number): Attribute => ({ kind: "float", value: Math.fround(value) }),
  int: (value: number | bigint): Attribute => ({ kind: "int", value: BigInt(value) }),
  string: (value: string): Attribute => ({ kind: "string", value }),
  tensor: (value: Tensor): Attribute => ({ kind: "tensor", value }),
  graph: (value: Graph): Attribute => ({ kind: "graph", value }),
  floats: (value: readonly number[]): Attribute => ({ kind: "floats", value: value.map(Math.fround) }),
  ints: (value: readonly (number | bigint)[]): Attribute => ({ kind: "ints", value: value.map(BigInt) }),
  strings: (value: readonly string[]): Attribute => ({ kind: "strings", value }),
} as const;
