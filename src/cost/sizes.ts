import type { DType, Value } from "../ir/index.ts";
import { byteLengthOf, sizeOf, symbolName } from "../ir/index.ts";

/**
 * The dimensions of a dense tensor as numbers; symbolic ones count as 1 and are named in `assumed`. Undefined for values
 * of unknown rank or of other kinds.
 */
export function sizesOf(value: Value | undefined, assumed?: Set<string>): readonly number[] | undefined {
  if (value?.constant !== undefined) return value.constant.shape;
  if (value?.type?.kind !== "tensor") return undefined;
  return value.type.shape?.map((dim) => {
    if (typeof dim === "number") return dim;
    assumed?.add(dim === undefined ? "?" : symbolName(dim));
    return 1;
  });
}

/** The element type of a dense tensor. */
export function dtypeOf(value: Value | undefined): DType | undefined {
  return value?.constant?.dtype ?? (value?.type?.kind === "tensor" ? value.type.dtype : undefined);
}

/** Bytes of a dense tensor, symbolic dimensions as 1; 0 where type or rank are unknown. */
export function bytesOf(value: Value | undefined, assumed?: Set<string>): number {
  if (value?.constant !== undefined) return value.constant.byteLength;
  const [dtype, sizes] = [dtypeOf(value), sizesOf(value, assumed)];
  return dtype === undefined || sizes === undefined ? 0 : byteLengthOf(dtype, sizeOf(sizes));
}
