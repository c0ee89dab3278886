import type { Kernel, KernelArgument } from "../../../src/codegen/index.ts";
import { createAssembler } from "../../../src/codegen/x86/index.ts";
import type { Point } from "../../../src/schedule/record.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { PoolWorkload } from "../workload.ts";
import { stridedBytes } from "./bytes/constants.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "./bytes/points.ts";
import type { Simd } from "./bytes/simd.ts";
import { requireSimd, simdOf } from "./bytes/simd.ts";
import { averageParams, emitAveragePool } from "./pool/average.ts";
import { emitGlobalPool, globalParams, globalPieces } from "./pool/global.ts";
import { emitMaxPool, maxPoolCost, maxPoolPoint, maxPoolSeed, maxPoolSpace } from "./pool/max.ts";
import { emitPoolFrame } from "./pool/walk.ts";

/** Max, average and global average pools of uint8; averages as ONNX Runtime's integer operators round them. */
export const pool: Template<PoolWorkload> = {
  name: "pool",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is PoolWorkload => workload.op === "pool-u8" && simdOf(device) !== undefined,
  space: (workload, device) => (workload.kind === "max" ? maxPoolSpace(workload, requireSimd(device)) : onlyPoint),
  seed: (workload, device) => (workload.kind === "max" ? maxPoolSeed(workload, requireSimd(device)) : {}),
  cost: poolCost,
  emit: (workload, point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    const { kind, rows, columns, channels, window } = workload;
    const kernelArguments = argumentsOf(workload);
    const roles = kernelArguments.map(({ name }) => name);
    emitPoolFrame(a, roles, () => {
      if (kind === "max") emitMaxPool(a, simd, workload, maxPoolPoint(point));
      else if (kind === "average") emitAveragePool(a, simd, workload);
      else emitGlobalPool(a, simd, workload);
    });
    return finishKernel(a, {
      name: `pool ${kind} ${rows}x${columns}x${channels} window ${window.kernel.join("x")}`,
      arguments: kernelArguments,
      ...sharing(workload, simd, point),
    });
  },
};

/** Predicted nanoseconds on one thread (per byte measured on Zen 5). */
function poolCost(workload: PoolWorkload, point: Point): number {
  if (workload.kind === "max") return maxPoolCost(workload, point);
  const { rows, columns, channels, window } = workload;
  const cells = rows * columns * channels * window.kernel[0] * window.kernel[1];
  return cells * (workload.kind === "average" ? 0.03 : 0.01);
}

/** What threads share out: rows, or pieces of the channels of a global pool. */
function sharing(workload: PoolWorkload, simd: Simd, point: Point): Pick<Kernel, "extent" | "grain"> {
  const extent = workload.kind === "global-average" ? globalPieces(workload, simd).length : workload.rows;
  return { extent, grain: Math.min(extent, rowGrain(poolCost(workload, point) / extent)) };
}

function argumentsOf(workload: PoolWorkload): readonly KernelArgument[] {
  const { kind, rows, columns, channels, window } = workload;
  const reach = (axis: 0 | 1, outputs: number): number =>
    (outputs - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const input = { rows: reach(0, rows), columns: reach(1, columns), channels };
  return [
    { name: "x", bytes: stridedBytes(input, workload.x), access: "read", alignment: 1 },
    ...(kind === "max" ? [] : [kind === "average" ? averageParams(workload) : globalParams(workload)]),
    { name: "y", bytes: stridedBytes(workload, workload.y), access: "write", alignment: 1 },
  ];
}
