import type { Kernel, KernelParameters } from "../../../../src/codegen/index.ts";
import { uniformNumbers } from "../../../../src/ir/index.ts";
import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { Workload } from "../../../../src/schedule/record.ts";
import type { FloatActivation, FloatEpilogue } from "../../../../targets/cpu/float-workload.ts";
import { fromBf16, toBf16 } from "../../../../targets/cpu/reference/float/bfloat16.ts";
import type { Strides } from "../../../../targets/cpu/workload.ts";
import { bytesOf } from "../bytes/random-bytes.ts";
import { canRun, runKernel } from "../run-kernel.ts";
import { isaSets, testDevice } from "../test-devices.ts";

/** Devices whose kernels differ, and whether this machine can run them. */
export const devices = [
  { device: testDevice(isaSets.avx512, { name: "avx512" }), runs: canRun(isaSets.avx512) },
  { device: testDevice(isaSets.avx2, { name: "avx2" }), runs: canRun(isaSets.avx2) },
] as const;

/** Seeded choices of sizes, strides and contents. */
export interface Choices {
  below(bound: number): number;
  pick<T>(values: readonly T[]): T;
  /** Strides with or without gaps between pixels and rows. */
  strides(columns: number, channels: number): Strides;
  /** Normally distributed numbers. */
  floats(count: number, scale?: number): Float32Array;
  epilogue(columns: number, outputs: number): FloatEpilogue;
}

/** A device with BF16, and whether this machine can run its kernels. */
export const bf16Device = {
  device: testDevice(isaSets.avx512bf16, { name: "avx512bf16" }),
  runs: canRun(isaSets.avx512bf16),
};

/** All functions of an element. */
export const activations: readonly FloatActivation[] = [
  "none",
  "sigmoid",
  "silu",
  "hard-sigmoid",
  "hard-swish",
  "leaky-relu",
  "tanh",
  "gelu",
  "gelu-tanh",
];

/** A seeded source. */
export function choices(seed: number): Choices {
  const uniform = uniformNumbers(seed);
  const below = (bound: number): number => Math.floor(uniform() * bound);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const strides = (columns: number, channels: number): Strides => {
    const pixel = channels + pick([0, 0, 0, 3, 16]);
    return { pixel, row: columns * pixel + pick([0, 0, 5, 33]) };
  };
  return {
    below,
    pick,
    strides,
    floats: (count, scale = 1) =>
      Float32Array.from(
        { length: count },
        () => scale * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
      ),
    epilogue: (columns, outputs) => {
      const residual = below(3) === 0 ? strides(columns, outputs) : undefined;
      return {
        activation: below(2) === 0 ? "none" : pick(activations),
        residual: residual === undefined ? undefined : below(2) === 0 ? residual : { ...residual, after: true },
        clamp: below(2) === 0,
      };
    },
  };
}

/** Numbers of all activations and bounds that cut off some results. */
export const functionParameters: KernelParameters = {
  numbers: { alpha: 0.2, beta: 0.45, lo: -0.3, hi: 1.7 },
  tables: {},
};

/** Elements from the first of a strided tensor to its last. */
export function elementsOf(rows: number, columns: number, channels: number, { row, pixel }: Strides): number {
  return (rows - 1) * row + (columns - 1) * pixel + channels;
}

/** A random legal point; the seed now and then, and where forty tries find none. */
export function randomPoint<W extends Workload>(
  template: Template<W>,
  workload: W,
  target: DeviceFingerprint,
  { below, pick }: Choices,
): Point {
  const space = template.space(workload, target);
  for (let attempt = 0; attempt < 40 && below(40) > 0; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, pick(values)]));
    if (space.legal(point)) return point;
  }
  return template.seed(workload, target);
}

/** What a kernel writes to y over a background of NaN; `bf16` names the buffers that are stored so. */
export function runFloat(
  kernel: Kernel,
  buffers: Readonly<Record<string, Float32Array | undefined>>,
  constants: Readonly<Record<string, Float32Array | undefined>>,
  {
    threads,
    length,
    bf16 = [],
  }: { readonly threads: number; readonly length: number; readonly bf16?: readonly string[] },
): Float32Array {
  const stored = (name: string, array: Float32Array): Uint8Array =>
    bf16.includes(name) ? new Uint8Array(toBf16(array).buffer) : bytesOf(array);
  const bytes = (arrays: typeof buffers): Record<string, Uint8Array> =>
    Object.fromEntries(
      Object.entries(arrays).flatMap(([name, array]) => (array === undefined ? [] : [[name, stored(name, array)]])),
    );
  const background = new Float32Array(length).fill(Number.NaN);
  const y = runKernel(
    { ...kernel, grain: 1 },
    { ...bytes(buffers), y: stored("y", background) },
    functionParameters,
    bytes(constants),
    {
      threads,
    },
  )["y"] as Uint8Array;
  if (bf16.includes("y")) return fromBf16(new Uint16Array(y.buffer, y.byteOffset, length));
  return new Float32Array(y.buffer, y.byteOffset, length);
}

/**
 * The greatest difference in shares of the expected values' standard deviation (of `scale` where given); infinite where
 * something was left out or written beyond what is expected, which has NaN there. Errors of up to `rounding` times the
 * value count for none.
 */
export function deviation(actual: Float32Array, expected: Float64Array, scale?: number, rounding = 0): number {
  const written = expected.filter((value) => !Number.isNaN(value));
  const mean = written.reduce((sum, value) => sum + value, 0) / written.length;
  const variance = written.reduce((sum, value) => sum + (value - mean) ** 2, 0) / written.length;
  let greatest = 0;
  for (const [index, value] of expected.entries()) {
    const found = actual[index] as number;
    if (Number.isNaN(value) !== Number.isNaN(found)) return Infinity;
    if (!Number.isNaN(value)) greatest = Math.max(greatest, Math.abs(found - value) - rounding * Math.abs(value));
  }
  return greatest / (scale ?? Math.max(Math.sqrt(variance), 1e-3));
}
