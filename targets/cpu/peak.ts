import type { DeviceFingerprint, KernelCase, Measurer } from "../../src/schedule/index.ts";
import { sumCase } from "./cases/sum-case.ts";
import { defaultSelection } from "./select.ts";
import type { PeakRates } from "./tuning-tasks.ts";
import { multiplications } from "./tuning-tasks.ts";
import type { ConvWorkload } from "./workload.ts";

/** A convolution that lives in the first caches and keeps the dot products busy. */
const busy: ConvWorkload = {
  ...{ op: "conv-u8s8", rows: 12, columns: 12, inputs: 64, outputs: 64, weights: "oihw", bias: true },
  window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
  x: { row: 14 * 64, pixel: 64 },
  y: { row: 12 * 64, pixel: 64 },
  epilogue: { out: "u8", table: false, residual: undefined },
};

/** float32 multiplies a quarter as many elements an instruction as dot products of bytes. */
const FLOAT_RATIO = 4;

/** {@link busy} as it is timed, and the products of a call; undefined for devices without a kernel for it. */
export function busyTask(
  device: DeviceFingerprint,
): { readonly name: "convolution"; readonly kernelCase: KernelCase; readonly work: number } | undefined {
  const selection = defaultSelection(busy, device);
  if (selection === undefined) return undefined;
  const { template, point } = selection;
  const kernel = template.emit(busy, point, device);
  const kernelCase = { ...sumCase(busy, 1), kernel, correctness: template.correctness };
  return { name: "convolution", kernelCase, work: multiplications(busy) };
}

/** Measures what the machine does at its best, hot, on one thread: the bound that headroom is told by. */
export async function measurePeak(
  measurer: Measurer,
  device: DeviceFingerprint,
  signal: AbortSignal,
): Promise<PeakRates> {
  const task = busyTask(device);
  if (task === undefined) return { int8: 0, float32: 0 };
  const { rounds } = await measurer.time([task.kernelCase], { rounds: 8, threads: 1, mode: "hot" }, signal);
  const best = Math.min(...rounds.map(({ ns }) => ns[0] as number));
  const int8 = Number.isFinite(best) ? best / task.work : 0;
  return { int8, float32: int8 * FLOAT_RATIO };
}
