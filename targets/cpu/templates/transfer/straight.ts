import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { mem, rax, rdi } from "../../../../src/codegen/x86/index.ts";
import type { TransferWorkload } from "../../workload.ts";
import {
  emitLoadBytes,
  emitLoadFloats,
  emitLoadInts,
  emitPackBytes,
  emitStoreBytes,
  emitStoreFloats,
} from "../bytes/leaves.ts";
import type { Simd } from "../bytes/simd.ts";
import type { Block } from "../bytes/strided-runs.ts";
import { emitStridedRuns } from "../bytes/strided-runs.ts";
import { conversionConstantCount, emitConstants, emitRound, emitScale } from "./convert.ts";
import type { TransferPlan } from "./plan.ts";

const registers = { scale: 8, low: 9, high: 10, zero: 11 };
const order = 12;

/** Emits a transfer between two channels-last tensors, whole. */
export function emitStraight(a: Assembler, simd: Simd, kind: TransferWorkload["kind"], plan: TransferPlan): void {
  const groupsOf = (block: Block): number[] => Array.from({ length: block.groups }, (_, group) => group);
  emitStridedRuns(a, simd, {
    extents: plan,
    operands: [
      { argument: 0, elementBytes: kind === "quantize" ? 4 : 1, strides: plan.x },
      { argument: kind === "move" ? 1 : 2, elementBytes: kind === "dequantize" ? 4 : 1, strides: plan.y },
    ],
    prepare: () => {
      if (kind === "move") return;
      a.emit("mov", rax, mem(rdi, { disp: 8 }));
      emitConstants(a, simd, kind, rax, registers, "lanes");
      a.emit("vmovups", simd.vector(order), mem(rax, { disp: 4 * conversionConstantCount }));
    },
    body: (block) => {
      if (kind === "move") {
        emitLoadBytes(a, simd, block, 0, 0);
        emitStoreBytes(a, simd, block, 0, 1);
      } else if (kind === "quantize") {
        for (const group of groupsOf(block)) {
          emitLoadFloats(a, simd, block, group, 0, group);
          emitRound(a, simd, group, registers);
          a.emit("vpaddd", simd.vector(group), simd.vector(group), simd.vector(registers.zero));
        }
        emitPackBytes(a, simd, block, 0, simd.vector(order));
        emitStoreBytes(a, simd, block, 0, 1);
      } else
        for (const group of groupsOf(block)) {
          emitLoadInts(a, simd, block, group, 0, group);
          emitScale(a, simd, group, registers);
          emitStoreFloats(a, simd, block, group, 1, group);
        }
    },
  });
}
