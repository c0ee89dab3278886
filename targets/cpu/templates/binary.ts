import type { KernelArgument, KernelParameters } from "../../../src/codegen/index.ts";
import type { Assembler } from "../../../src/codegen/x86/index.ts";
import { createAssembler, mem, rax, rdi, xmm } from "../../../src/codegen/x86/index.ts";
import type { Template } from "../../../src/schedule/template.ts";
import { numberOf, quantizationOf } from "../reference/parameters.ts";
import { addConstants, mulRatio } from "../reference/quantize.ts";
import type { BinaryWorkload } from "../workload.ts";
import type { Constant } from "./bytes/constants.ts";
import { paramsArgument, stridedBytes, tableArgument } from "./bytes/constants.ts";
import { emitLoadInts, emitPackBytes, emitStoreBytes, packOrder } from "./bytes/leaves.ts";
import { lookupIn } from "./bytes/lookup.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "./bytes/points.ts";
import type { Simd } from "./bytes/simd.ts";
import { requireSimd, simdOf } from "./bytes/simd.ts";
import type { Block, StridedOperand } from "./bytes/strided-runs.ts";
import { emitStridedRuns } from "./bytes/strided-runs.ts";

/** First registers of the lanes of a and b; registers of the constants, in the order of `params`. */
const [aLanes, bLanes] = [0, 4];
const [first, second, third, fourth, lo, hi, order, kept] = [8, 9, 10, 11, 12, 13, 14, 15];
const [paramsIndex, tableIndex] = [2, 3];

/** QLinearAdd and QLinearMul of uint8 tensors, with an optional table behind. */
export const binary: Template<BinaryWorkload> = {
  name: "binary",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is BinaryWorkload =>
    workload.op === "binary-u8" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * 0.1,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    emitBinary(a, simd, workload);
    return finishKernel(a, {
      name: `binary-${workload.kind} ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: argumentsOf(workload, simd),
      extent: workload.rows,
      grain: rowGrain(workload.columns * workload.channels),
    });
  },
};

function argumentsOf(workload: BinaryWorkload, simd: Simd): KernelArgument[] {
  const { b } = workload;
  const bBytes = b === "scalar" ? 1 : b === "channel" ? workload.channels : stridedBytes(workload, b);
  const indices = packOrder(simd).map((int): Constant => ({ int }));
  return [
    { name: "a", bytes: stridedBytes(workload, workload.a), access: "read", alignment: 1 },
    { name: "b", bytes: bBytes, access: "read", alignment: 1 },
    paramsArgument(6 + indices.length, (parameters) => [...formula(workload.kind, parameters), ...indices]),
    ...(workload.table ? [tableArgument()] : []),
    { name: "y", bytes: stridedBytes(workload, workload.y), access: "write", alignment: 1 },
  ];
}

/** Add: ratio of a, ratio of b, fixed part. Mul: zero points of a and b, ratio, zero point of y. */
function formula(kind: BinaryWorkload["kind"], parameters: KernelParameters): Constant[] {
  const [a, b, y] = [quantizationOf(parameters, "a"), quantizationOf(parameters, "b"), quantizationOf(parameters, "y")];
  const sum = addConstants({ a, b, y });
  const floats =
    kind === "add" ? [sum.aRatio, sum.bRatio, sum.fixed, 0] : [a.zero, b.zero, mulRatio({ a, b, y }), y.zero];
  return [
    ...floats.map((float): Constant => ({ float })),
    { byte: numberOf(parameters, "lo") },
    { byte: numberOf(parameters, "hi") },
  ];
}

function emitBinary(a: Assembler, simd: Simd, workload: BinaryWorkload): void {
  const { kind, b } = workload;
  const v = simd.vector;
  const lookup = workload.table
    ? lookupIn(a, simd, rdi, { kept: simd.name === "avx512" ? 16 : kept, free: bLanes })
    : undefined;
  const fixed = (argument: number, strides: StridedOperand["strides"]): StridedOperand => ({
    argument,
    elementBytes: 1,
    strides,
  });
  const operands = [
    fixed(0, workload.a),
    fixed(workload.table ? 4 : 3, workload.y),
    ...(b === "scalar" ? [] : [fixed(1, b === "channel" ? { row: 0, pixel: 0 } : b)]),
  ];
  emitStridedRuns(a, simd, {
    extents: workload,
    operands,
    prepare: () => {
      a.emit("mov", rax, mem(rdi, { disp: 8 * paramsIndex }));
      for (const [i, n] of [first, second, third, fourth].entries())
        a.emit("vbroadcastss", v(n), mem(rax, { disp: 4 * i }));
      for (const [i, n] of [lo, hi].entries()) a.emit("vpbroadcastd", v(n), mem(rax, { disp: 16 + 4 * i }));
      a.emit("vmovups", v(order), mem(rax, { disp: 24 }));
      if (b === "scalar") {
        a.emit("mov", rax, mem(rdi, { disp: 8 }));
        emitScalar(a, simd, kind);
      }
      if (lookup === undefined) return;
      a.emit("mov", rdi, mem(rdi, { disp: 8 * tableIndex }));
      lookup.prepare();
    },
    body: (block) => {
      for (let group = 0; group < block.groups; group++) emitGroup(a, simd, block, kind, b === "scalar", group);
      emitPackBytes(a, simd, block, aLanes, v(order));
      a.emit("vpmaxub", v(aLanes), v(aLanes), v(lo));
      a.emit("vpminub", v(aLanes), v(aLanes), v(hi));
      lookup?.apply(aLanes);
      emitStoreBytes(a, simd, block, aLanes, 1);
    },
  });
}

/** The operand b of one byte at rax: its whole term in the register of the fixed part, or without its zero point in that of the latter. */
function emitScalar(a: Assembler, simd: Simd, kind: BinaryWorkload["kind"]): void {
  const term = simd.vector(bLanes);
  a.emit("vpbroadcastb", xmm(bLanes), mem(rax));
  a.emit("vpmovzxbd", term, xmm(bLanes));
  a.emit("vcvtdq2ps", term, term);
  if (kind === "add") a.emit("vfmadd231ps", simd.vector(third), term, simd.vector(second));
  else a.emit("vsubps", simd.vector(second), term, simd.vector(second));
}

/** The rounded int32 lanes of one group, in its register of a. */
function emitGroup(
  a: Assembler,
  simd: Simd,
  block: Block,
  kind: BinaryWorkload["kind"],
  scalar: boolean,
  group: number,
): void {
  const v = simd.vector;
  const [x, other] = [v(aLanes + group), v(bLanes + group)];
  emitLoadInts(a, simd, block, aLanes + group, 0, group);
  a.emit("vcvtdq2ps", x, x);
  if (!scalar) {
    emitLoadInts(a, simd, block, bLanes + group, 2, group);
    a.emit("vcvtdq2ps", other, other);
  }
  if (kind === "add") {
    if (!scalar) a.emit("vfmadd213ps", other, v(second), v(third));
    a.emit("vfmadd213ps", x, v(first), scalar ? v(third) : other);
  } else {
    if (!scalar) a.emit("vsubps", other, other, v(second));
    a.emit("vsubps", x, x, v(first));
    a.emit("vmulps", x, x, scalar ? v(second) : other);
    a.emit("vmulps", x, x, v(third));
    a.emit("vaddps", x, x, v(fourth));
  }
  a.emit("vcvtps2dq", x, x);
}
