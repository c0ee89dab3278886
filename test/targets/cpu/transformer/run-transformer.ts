import type { Kernel, KernelParameters } from "../../../../src/codegen/index.ts";
import { bytesOf } from "../bytes/random-bytes.ts";
import { runKernel } from "../run-kernel.ts";

/** Runs a kernel on float32 arrays (those that are there), with y as it stands before. */
export function runOn<Result extends Float32Array | Uint8Array>(
  kernel: Kernel,
  buffers: Readonly<Record<string, Float32Array | undefined>>,
  y: Result,
  parameters: KernelParameters,
  constants: Readonly<Record<string, Float32Array | undefined>> = {},
): Result {
  const bytes = (arrays: typeof buffers): Record<string, Uint8Array> =>
    Object.fromEntries(
      Object.entries(arrays).flatMap(([name, array]) => (array === undefined ? [] : [[name, bytesOf(array)]])),
    );
  const written = runKernel(
    { ...kernel, grain: 1 },
    { ...bytes(buffers), y: new Uint8Array(y.buffer, y.byteOffset, y.byteLength) },
    parameters,
    bytes(constants),
    { threads: 2 },
  )["y"] as Uint8Array;
  const exact = written.slice(0, y.byteLength);
  return (y instanceof Uint8Array ? exact : new Float32Array(exact.buffer)) as Result;
}
