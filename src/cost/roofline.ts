import type { DType } from "../ir/index.ts";
import { dtypes } from "../ir/index.ts";
import type { LayerCost } from "./layer-cost.ts";
import { totalBytes } from "./layer-cost.ts";

/** What a machine does at its best, on one thread. */
export interface MachineRates {
  /** Multiply-accumulates a second: of bytes, and of float32. */
  readonly int8: number;
  readonly float32: number;
  /** Bytes a second read from memory that no cache holds, and stored to it. */
  readonly memory: number;
  readonly stores: number;
}

/** Where a layer stands under the roofline (Williams, Waterman, Patterson, CACM 52(4), 2009). */
export interface RooflinePoint {
  /** Multiply-accumulates for each byte of weights and activations, each touched once. */
  readonly intensity: number;
  readonly bound: "arithmetic" | "memory";
  /** Nanoseconds of the layer run by itself, every byte from memory. Fused, or fed from a cache, it can be faster. */
  readonly ns: number;
}

/** Bytes a layer moves when each is touched once. */
export function movedBytes({ weightBytes, readBytes, writtenBytes }: LayerCost): number {
  return totalBytes(weightBytes) + totalBytes(readBytes) + totalBytes(writtenBytes);
}

/** Multiply-accumulates for each byte moved. */
export function intensityOf(layer: LayerCost): number {
  const bytes = movedBytes(layer);
  return bytes === 0 ? 0 : layer.macs / bytes;
}

/** The bound of a layer on a machine. */
export function rooflinePoint(layer: LayerCost, rates: MachineRates): RooflinePoint {
  const arithmetic = (layer.macs / macRate(layer.dtype, rates)) * 1e9;
  const read = totalBytes(layer.weightBytes) + totalBytes(layer.readBytes);
  const memory = (read / rates.memory + totalBytes(layer.writtenBytes) / rates.stores) * 1e9;
  return {
    intensity: intensityOf(layer),
    bound: arithmetic > memory ? "arithmetic" : "memory",
    ns: Math.max(arithmetic, memory),
  };
}

/** Everything that is no byte counts as float32: half-width floats are widened where the machine has no products of them. */
function macRate(dtype: DType | undefined, rates: MachineRates): number {
  return dtype !== undefined && dtypes[dtype].bits <= 8 && dtypes[dtype].kind !== "float" ? rates.int8 : rates.float32;
}
