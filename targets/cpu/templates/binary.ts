import type { KernelArgument } from "../../../src/codegen/index.ts";
import { createAssembler } from "../../../src/codegen/x86/index.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { BinaryWorkload } from "../workload.ts";
import { binaryParams } from "./binary/constants.ts";
import { emitElementwise } from "./binary/elementwise.ts";
import { emitPerChannel } from "./binary/per-channel.ts";
import { stridedBytes, tableArgument } from "./bytes/constants.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "./bytes/points.ts";
import type { Simd } from "./bytes/simd.ts";
import { requireSimd, simdOf } from "./bytes/simd.ts";

/** Nanoseconds an element, measured on AMD Zen 5 with data in L2. */
const elementNanoseconds = 0.05;

/** QLinearAdd and QLinearMul of uint8 tensors, with an optional table behind. */
export const binary: Template<BinaryWorkload> = {
  name: "binary",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is BinaryWorkload =>
    workload.op === "binary-u8" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    if (workload.b === "channel" && !workload.table) emitPerChannel(a, simd, workload);
    else emitElementwise(a, simd, workload);
    return finishKernel(a, {
      name: `binary-${workload.kind} ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: argumentsOf(workload, simd),
      extent: workload.rows,
      grain: rowGrain(workload.columns * workload.channels * elementNanoseconds),
    });
  },
};

function argumentsOf(workload: BinaryWorkload, simd: Simd): KernelArgument[] {
  const { b } = workload;
  const bBytes = b === "scalar" ? 1 : b === "channel" ? workload.channels : stridedBytes(workload, b);
  return [
    { name: "a", bytes: stridedBytes(workload, workload.a), access: "read", alignment: 1 },
    { name: "b", bytes: bBytes, access: "read", alignment: 1 },
    binaryParams(workload.kind, simd),
    ...(workload.table ? [tableArgument()] : []),
    { name: "y", bytes: stridedBytes(workload, workload.y), access: "write", alignment: 1 },
  ];
}
