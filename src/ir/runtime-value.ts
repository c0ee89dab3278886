import type { DType } from "./dtype.ts";
import type { SparseTensor } from "./attribute.ts";
import type { Tensor } from "./tensor.ts";
import type { ValueType } from "./type.ts";

/** A sequence at run time. */
export interface RuntimeSequence {
  readonly kind: "sequence";
  /** Type of the elements, where known (an empty sequence has no other way to tell). */
  readonly element: ValueType | undefined;
  readonly items: readonly RuntimeValue[];
}

/** An optional at run time. */
export interface RuntimeOptional {
  readonly kind: "optional";
  readonly value: RuntimeValue | undefined;
}

/** A map at run time (ai.onnx.ml). */
export interface RuntimeMap {
  readonly kind: "map";
  readonly keyType: DType;
  readonly entries: ReadonlyMap<string | bigint, RuntimeValue>;
}

/** A sparse tensor at run time. */
export interface RuntimeSparse {
  readonly kind: "sparse";
  readonly sparse: SparseTensor;
}

/** What flows along an edge when a model runs. */
export type RuntimeValue = Tensor | RuntimeSequence | RuntimeOptional | RuntimeMap | RuntimeSparse;

/** True for a dense tensor. */
export function isTensor(value: RuntimeValue | undefined): value is Tensor {
  return value !== undefined && "dtype" in value;
}
