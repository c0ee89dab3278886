import type { KernelArgument } from "../../../../src/codegen/index.ts";
import { createAssembler } from "../../../../src/codegen/x86/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { NormalizationWorkload } from "../../transformer-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import type { Simd } from "../bytes/simd.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "../float/arguments.ts";
import { vectorBytes } from "../float/vectors.ts";
import { emitNormalization, isHeld, statistics, vectorCount } from "./normalization-emit.ts";

/** Nanoseconds an element, measured on AMD Zen 5. */
const elementNanoseconds = 0.1;

/** Loops over channels are unrolled: more vectors than these would make long code. */
const mostVectors = 256;

/** LayerNormalization: one reading of x and residual, kept in registers or, where they are too few, in scratch. */
export const normalization: Template<NormalizationWorkload> = {
  name: "normalization-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is NormalizationWorkload =>
    workload.op === "normalization-f32" &&
    simdOf(device) !== undefined &&
    isOneRow(workload as NormalizationWorkload) &&
    (workload as NormalizationWorkload).channels <= mostVectors * requireSimd(device).lanes,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const a = createAssembler();
    const simd = requireSimd(device);
    const kernelArguments = argumentsOf(workload, simd);
    emitNormalization(
      a,
      workload,
      simd,
      kernelArguments.map(({ name }) => name),
    );
    const { rows, columns, channels } = workload;
    return finishKernel(a, {
      name: `normalization-f32 ${rows * columns}x${channels}`,
      arguments: kernelArguments,
      extent: rows * columns,
      grain: rowGrain(channels * elementNanoseconds),
      scratchBytes: isHeld(workload, simd) ? 0 : vectorCount(workload, simd) * vectorBytes(simd),
    });
  },
};

/** Whether pixels of all rows follow each other at one distance. */
function isOneRow({ rows, columns, x, residual, y }: NormalizationWorkload): boolean {
  return rows === 1 || [x, y, residual].every((s) => s === undefined || s.row === columns * s.pixel);
}

function argumentsOf(workload: NormalizationWorkload, simd: Simd): readonly KernelArgument[] {
  const { channels } = workload;
  const row = (name: "gamma" | "beta"): KernelArgument => ({
    ...{ name, bytes: vectorCount(workload, simd) * vectorBytes(simd), access: "read", alignment: 64 },
    packs: () => [
      {
        ...{ kind: "copy", from: name, elementBytes: 4, sourceOffset: 0, targetOffset: 0 },
        loops: [{ count: channels, source: 1, target: 4 }],
      },
    ],
  });
  return [
    activationArgument("x", workload, workload.x),
    ...(workload.residual === undefined ? [] : [activationArgument("residual", workload, workload.residual)]),
    row("gamma"),
    ...(workload.beta ? [row("beta")] : []),
    statistics(channels).argument,
    activationArgument("y", workload, workload.y, "write"),
  ];
}
