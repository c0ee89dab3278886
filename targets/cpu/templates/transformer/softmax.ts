import type { KernelArgument, KernelParameters } from "../../../../src/codegen/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import { numberOf } from "../../reference/parameters.ts";
import type { SoftmaxWorkload } from "../../transformer-workload.ts";
import { stridedBytes } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { vectorBytes } from "../float/vectors.ts";
import { exp2Constants } from "./exp2.ts";
import type { ConstantName } from "./softmax-emit.ts";
import { constantNames, emitSoftmax } from "./softmax-emit.ts";
import { emitPackedSoftmax, isPacked } from "./softmax-packed.ts";
import type { VectorConstants } from "./vector-constants.ts";
import { vectorConstants } from "./vector-constants.ts";

/** Nanoseconds an element, measured on AMD Zen 5; where several pixels share a vector. */
const [elementNanoseconds, packedNanoseconds] = [0.3, 0.08];

/** Bytes that loads of bytes may reach behind the last element. */
const overRead = 16;

/** Softmax over the channels of each pixel, exponentials kept in scratch; of few channels several pixels at once. */
export const softmax: Template<SoftmaxWorkload> = {
  name: "softmax-f32",
  version: 2,
  correctness: "bounded",
  matches: (workload, device): workload is SoftmaxWorkload =>
    workload.op === "softmax-f32" && simdOf(device) !== undefined && isOneRow(workload as SoftmaxWorkload),
  space: () => onlyPoint,
  seed: () => ({}),
  cost: (workload, _point, device) => {
    const { rows, columns, channels } = workload;
    const packed = isPacked(workload, requireSimd(device));
    return rows * columns * channels * (packed ? packedNanoseconds : elementNanoseconds);
  },
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const { rows, columns, channels } = workload;
    const constants = constantsOf(workload);
    const kernelArguments = argumentsOf(workload, constants.argument);
    const packed = isPacked(workload, simd);
    const roles = kernelArguments.map(({ name }) => name);
    const a = (packed ? emitPackedSoftmax : emitSoftmax)(workload, simd, constants, roles);
    return finishKernel(a, {
      name: `softmax-f32 ${rows * columns}x${channels} ${workload.from} to ${workload.out}`,
      arguments: kernelArguments,
      extent: rows * columns,
      grain: rowGrain(channels * (packed ? packedNanoseconds : elementNanoseconds)),
      scratchBytes: packed ? 0 : Math.ceil(channels / simd.lanes) * vectorBytes(simd),
    });
  },
};

const laneNumbers = new Uint8Array(Int32Array.from({ length: 16 }, (_, lane) => lane).buffer);

/** Whether pixels of all rows follow each other at one distance. */
function isOneRow({ rows, columns, x, y }: SoftmaxWorkload): boolean {
  return rows === 1 || [x, y].every(({ row, pixel }) => row === columns * pixel);
}

function constantsOf({ out }: SoftmaxWorkload): VectorConstants<ConstantName> {
  const quantized = (parameters: KernelParameters, name: string, plain: number): number =>
    out === "u8" ? numberOf(parameters, name) : plain;
  return vectorConstants(constantNames, (parameters) => ({
    ...{ scale: numberOf(parameters, "scale") * Math.LOG2E, least: -3e38, absent: -Infinity },
    ...exp2Constants,
    inverse: quantized(parameters, "inverse", 1),
    ceiling: 1e9,
    zero: { int32: quantized(parameters, "yZero", 0) },
    lane: laneNumbers,
  }));
}

function argumentsOf(workload: SoftmaxWorkload, params: KernelArgument): readonly KernelArgument[] {
  const { x, y, from, out } = workload;
  const read = from === "u8" ? stridedBytes(workload, x) + overRead : stridedBytes(workload, x, 4);
  return [
    { name: "x", bytes: read, access: "read", alignment: 1 },
    params,
    { name: "y", bytes: stridedBytes(workload, y, out === "u8" ? 1 : 4), access: "write", alignment: 1 },
  ];
}
