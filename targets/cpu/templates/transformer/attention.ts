import type { KernelArgument, KernelParameters } from "../../../../src/codegen/index.ts";
import type { Workload } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import { numberOf } from "../../reference/parameters.ts";
import type { AttentionWorkload } from "../../transformer-workload.ts";
import { stridedBytes } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "../float/arguments.ts";
import { emitAttention } from "./attention/emit.ts";
import type { ConstantName } from "./attention/frame.ts";
import { constantNames } from "./attention/frame.ts";
import { planAttention } from "./attention/plan.ts";
import { exp2Constants } from "./exp2.ts";
import type { VectorConstants } from "./vector-constants.ts";
import { vectorConstants } from "./vector-constants.ts";

/** Nanoseconds a multiply-accumulate, measured on AMD Zen 5. */
const workNanoseconds = 0.01;

/** Attention in float32, head by head: keys transposed, scores of eight queries at a time, softmax, weighted values. */
export const attention: Template<AttentionWorkload> = {
  name: "attention-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is AttentionWorkload =>
    isAttention(workload) && simdOf(device) !== undefined && (workload.channels / workload.heads) % 4 === 0,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: (workload) => workload.heads * headNanoseconds(workload),
  emit: (workload, _point, device) => {
    const plan = planAttention(workload, requireSimd(device));
    const kernelArguments = argumentsOf(workload);
    const a = emitAttention(
      plan,
      constantsOf(workload),
      kernelArguments.map(({ name }) => name),
    );
    const { columns, keys, heads, channels } = workload;
    return finishKernel(a, {
      name: `attention-f32 ${columns}x${keys} ${heads}x${channels / heads}`,
      arguments: kernelArguments,
      extent: heads,
      grain: Math.min(heads, rowGrain(headNanoseconds(workload))),
      scratchBytes: plan.scratchBytes,
    });
  },
};

function isAttention(workload: Workload): workload is AttentionWorkload {
  return workload.op === "attention-f32";
}

function headNanoseconds({ columns, keys, channels, heads }: AttentionWorkload): number {
  return ((2 * columns * keys * channels) / heads) * workNanoseconds;
}

function constantsOf({ out }: AttentionWorkload): VectorConstants<ConstantName> {
  const quantized = (parameters: KernelParameters, name: string, plain: number): number =>
    out === "u8" ? numberOf(parameters, name) : plain;
  return vectorConstants(constantNames, (parameters) => ({
    ...{ scale: numberOf(parameters, "scale") * Math.LOG2E, log2e: Math.LOG2E },
    ...{ least: -3e38, absent: -Infinity },
    ...exp2Constants,
    inverse: 1 / quantized(parameters, "yScale", 1),
    zero: { int32: quantized(parameters, "yZero", 0) },
    ceiling: 1e9,
  }));
}

function argumentsOf(workload: AttentionWorkload): readonly KernelArgument[] {
  const { columns, channels, keys, heads, mask } = workload;
  const queries = { rows: 1, columns, channels };
  const sources = { rows: 1, columns: keys, channels };
  return [
    activationArgument("q", queries, workload.q),
    activationArgument("k", sources, workload.k),
    activationArgument("v", sources, workload.v),
    ...(mask === undefined
      ? []
      : [activationArgument("mask", { rows: heads, columns, channels: keys }, { row: mask.head, pixel: mask.row })]),
    constantsOf(workload).argument,
    {
      name: "y",
      bytes: stridedBytes(queries, workload.y) * (workload.out === "u8" ? 1 : 4),
      access: "write",
      alignment: 1,
    },
  ];
}
