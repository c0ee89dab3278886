import type { DType } from "../ir/index.ts";
import type { LayerCost } from "./layer-cost.ts";

type ByType = Readonly<Partial<Record<DType, number>>>;

/** A float32 layer that multiplies, if it computed in bytes: a quarter of every float32 byte, products of bytes. */
export function inInt8(layer: LayerCost): LayerCost {
  if (layer.macs === 0 || layer.dtype !== "float32") return layer;
  return {
    ...layer,
    dtype: "int8",
    weightBytes: narrowed(layer.weightBytes, "int8"),
    readBytes: narrowed(layer.readBytes, "uint8"),
    writtenBytes: narrowed(layer.writtenBytes, "uint8"),
  };
}

function narrowed(bytes: ByType, to: DType): ByType {
  return { ...bytes, float32: 0, [to]: (bytes[to] ?? 0) + (bytes.float32 ?? 0) / 4 };
}

/**
 * A layer if its zero weights were neither stored nor multiplied: what is left of them, and one bit a weight that tells
 * where they are. Masks alone save nothing; this needs a runtime that skips zeros.
 */
export function withoutZeros(layer: LayerCost): LayerCost {
  const { zeroWeights = 0, macs, weightBytes, parameters } = layer;
  if (zeroWeights === 0 || macs === 0) return layer;
  const kept = 1 - zeroWeights;
  const left = Object.fromEntries(Object.entries(weightBytes).map(([dtype, bytes]) => [dtype, bytes * kept])) as ByType;
  return { ...layer, macs: macs * kept, weightBytes: { ...left, uint8: (left.uint8 ?? 0) + parameters / 8 } };
}

/** Products of which neither side is zero, when rows × inner meets inner × columns (both row-major). */
export function nonzeroProducts(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { rows, inner, columns }: { readonly rows: number; readonly inner: number; readonly columns: number },
): number {
  let count = 0;
  for (let k = 0; k < inner; k++) {
    let [left, right] = [0, 0];
    for (let i = 0; i < rows; i++) if (a[i * inner + k] !== 0) left++;
    for (let j = 0; j < columns; j++) if (b[k * columns + j] !== 0) right++;
    count += left * right;
  }
  return count;
}
