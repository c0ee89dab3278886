import type { DType, Tensor } from "../../../ir/index.ts";
import { dtypes } from "../../../ir/index.ts";
import { reduction } from "./reduction.ts";

/** ReduceMax: the greatest element; of nothing, the type's least value. NaN wins. */
export const reduceMax = reduction("ReduceMax", {
  real: (values, x) => values.reduce((a, b) => Math.max(a, b), lowest(x)),
  bigint: (values, x) => values.reduce((a, b) => (a > b ? a : b), extreme64(x.dtype, "least")),
});
/** ReduceMin: the least element; of nothing, the type's greatest value. NaN wins. */
export const reduceMin = reduction("ReduceMin", {
  real: (values, x) => values.reduce((a, b) => Math.min(a, b), highest(x)),
  bigint: (values, x) => values.reduce((a, b) => (a < b ? a : b), extreme64(x.dtype, "greatest")),
});

function lowest({ dtype }: Tensor): number {
  const { kind, bits } = dtypes[dtype];
  return kind === "float" ? -Infinity : kind === "signed" ? -(2 ** (bits - 1)) : 0;
}

function highest({ dtype }: Tensor): number {
  const { kind, bits } = dtypes[dtype];
  if (kind === "float") return Infinity;
  return kind === "bool" ? 1 : 2 ** (kind === "signed" ? bits - 1 : bits) - 1;
}

function extreme64(dtype: DType, which: "least" | "greatest"): bigint {
  if (dtype === "uint64") return which === "least" ? 0n : 2n ** 64n - 1n;
  return which === "least" ? -(2n ** 63n) : 2n ** 63n - 1n;
}
