import { uniformNumbers } from "../../../../src/ir/index.ts";
import type { Kernel, KernelParameters } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import type { Strides } from "../../../../targets/cpu/workload.ts";
import { runKernel } from "../run-kernel.ts";
import { isaSets, testDevice } from "../test-devices.ts";

/** Devices whose kernels differ. */
export const devices: readonly DeviceFingerprint[] = [
  testDevice(isaSets.avx512vbmi, { name: "avx512 with vbmi" }),
  testDevice(isaSets.avx512, { name: "avx512" }),
  testDevice(isaSets.avx2, { name: "avx2" }),
];

/** Seeded shapes, strides and bytes. */
export interface RandomBytes {
  below(bound: number): number;
  oneOf<T>(choices: readonly T[]): T;
  /** Rows, columns and channels of some thousand elements at most. */
  extent(): { readonly rows: number; readonly columns: number; readonly channels: number };
  /** Strides with or without gaps between pixels and rows. */
  strides(columns: number, channels: number): Strides;
  bytes(length: number): Uint8Array;
}

const channelCounts = [
  1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 21, 24, 31, 32, 33, 40, 48, 63, 64, 65, 72, 96, 128, 144, 200,
];

/** A seeded source. */
export function randomBytes(seed: number): RandomBytes {
  const uniform = uniformNumbers(seed);
  const below = (bound: number): number => Math.floor(uniform() * bound);
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  return {
    below,
    oneOf,
    extent: () => {
      const channels = oneOf(channelCounts);
      const columns = 1 + below(Math.min(70, Math.ceil(2500 / channels)));
      const rows = 1 + below(Math.min(9, Math.ceil(4000 / (channels * columns))));
      return { rows, columns, channels };
    },
    strides: (columns, channels) => {
      const pixel = channels + (below(2) === 0 ? 0 : below(20));
      return { pixel, row: columns * pixel + (below(2) === 0 ? 0 : below(50)) };
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}

/** Runs a kernel in ranges of single rows on two threads, and returns what it wrote to y. */
export function runOnRows(
  kernel: Kernel,
  buffers: Readonly<Record<string, Uint8Array>>,
  parameters: KernelParameters,
): Uint8Array {
  const y = runKernel({ ...kernel, grain: 1 }, buffers, parameters, {}, { threads: 2 })["y"];
  if (y === undefined) throw new Error("the kernel wrote nothing");
  return y;
}

/** Bytes of a float32 array. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
