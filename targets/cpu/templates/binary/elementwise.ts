import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { mem, rax, rdi, xmm } from "../../../../src/codegen/x86/index.ts";
import type { BinaryWorkload } from "../../workload.ts";
import { emitLoadInts, emitPackBytes, emitStoreBytes } from "../bytes/leaves.ts";
import { lookupIn } from "../bytes/lookup.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Block, StridedOperand } from "../bytes/strided-runs.ts";
import { emitStridedRuns } from "../bytes/strided-runs.ts";
import { constantRegisters, emitConstantLoads } from "./constants.ts";

/** First registers of the lanes of a and b. */
const [aLanes, bLanes] = [0, 4];
const { first, second, third, fourth, lo, hi, order } = constantRegisters;
const tableIndex = 3;

/** Emits the loops where b is walked over with a, or is one value. */
export function emitElementwise(a: Assembler, simd: Simd, workload: BinaryWorkload): void {
  const { kind, b } = workload;
  const v = simd.vector;
  const lookup = workload.table
    ? lookupIn(a, simd, rdi, { kept: simd.name === "avx512" ? 16 : 15, free: bLanes })
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
      emitConstantLoads(a, simd);
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
