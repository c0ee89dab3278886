import type { DType, ValueType } from "../ir/index.ts";
import { dtypes } from "../ir/index.ts";

/** Element types as type strings of the specification name them: `tensor(float)` is float32, `tensor(double)` float64. */
const specName: Partial<Record<DType, string>> = { float32: "float", float64: "double" };

const bySpecName: ReadonlyMap<string, DType> = new Map(
  (Object.keys(dtypes) as DType[]).map((dtype) => [specName[dtype] ?? dtype, dtype]),
);

/** The element type of a type string such as `tensor(int64)`; undefined when it names no tensor. */
export function dtypeOfTypeName(name: string): DType | undefined {
  const match = /^tensor\((\w+)\)$/.exec(name);
  return match?.[1] === undefined ? undefined : bySpecName.get(match[1]);
}

/** The type string of the specification for a type: `tensor(float)`, `seq(tensor(int64))`. */
export function typeNameOf(type: ValueType): string {
  switch (type.kind) {
    case "tensor":
      return `tensor(${specName[type.dtype] ?? type.dtype})`;
    case "sparse":
      return `sparse_tensor(${specName[type.dtype] ?? type.dtype})`;
    case "sequence":
      return `seq(${typeNameOf(type.element)})`;
    case "optional":
      return `optional(${typeNameOf(type.element)})`;
    case "map": {
      const value =
        type.value.kind === "tensor" ? (specName[type.value.dtype] ?? type.value.dtype) : typeNameOf(type.value);
      return `map(${specName[type.key] ?? type.key}, ${value})`;
    }
    case "opaque":
      return `opaque(${type.domain},${type.name})`;
  }
}
