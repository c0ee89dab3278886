import type { KernelArgument } from "../../../src/codegen/index.ts";
import { createAssembler } from "../../../src/codegen/x86/index.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { TransferWorkload } from "../workload.ts";
import type { Constant } from "./bytes/constants.ts";
import { paramsArgument, stridedBytes } from "./bytes/constants.ts";
import { packOrder } from "./bytes/leaves.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "./bytes/points.ts";
import type { Simd } from "./bytes/simd.ts";
import { requireSimd, simdOf } from "./bytes/simd.ts";
import { conversionConstantCount, conversionConstants } from "./transfer/convert.ts";
import { emitInterleave } from "./transfer/interleave.ts";
import { planTransfer } from "./transfer/plan.ts";
import { emitSeparate } from "./transfer/separate.ts";
import { emitStraight } from "./transfer/straight.ts";

/** Nanoseconds an element, measured on AMD Zen 5 with data in L2. */
const elementNanoseconds = 0.05;

/** Quantizes, dequantizes or moves between the layouts of ONNX and channels-last, touching exactly the elements. */
export const transfer: Template<TransferWorkload> = {
  name: "transfer",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is TransferWorkload =>
    workload.op === "transfer" && isWritten(workload as TransferWorkload) && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const plan = planTransfer(workload);
    const a = createAssembler();
    if (plan.kind === "straight") emitStraight(a, simd, workload.kind, plan);
    else if (plan.kind === "interleave") emitInterleave(a, simd, workload.kind, plan);
    else emitSeparate(a, simd, workload.kind, plan);
    return finishKernel(a, {
      name: `transfer-${workload.kind} ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: argumentsOf(workload, simd),
      extent: plan.rows,
      grain: rowGrain(plan.columns * plan.channels * elementNanoseconds),
    });
  },
};

/** The channels-last side of a transposing transfer is uint8. */
function isWritten(workload: TransferWorkload): boolean {
  const { kind } = planTransfer(workload);
  if (kind === "interleave") return workload.kind !== "dequantize";
  return kind === "straight" || workload.kind !== "quantize";
}

function argumentsOf(workload: TransferWorkload, simd: Simd): KernelArgument[] {
  const { kind, rows, columns, channels, x, y } = workload;
  const bytes = (side: typeof x, elementBytes: number): number =>
    side === "planar" ? rows * columns * channels * elementBytes : stridedBytes(workload, side, elementBytes);
  const order = packOrder(simd).map((int): Constant => ({ int }));
  const params = paramsArgument(conversionConstantCount + order.length, (parameters) => [
    ...conversionConstants(parameters),
    ...order,
  ]);
  return [
    { name: "x", bytes: bytes(x, kind === "quantize" ? 4 : 1), access: "read", alignment: 1 },
    ...(kind === "move" ? [] : [params]),
    { name: "y", bytes: bytes(y, kind === "dequantize" ? 4 : 1), access: "write", alignment: 1 },
  ];
}
