import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { createAssembler } from "../../../../src/codegen/x86/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatMoveWorkload } from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { emitLoadFloats, emitStoreFloats } from "../bytes/leaves.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import type { Simd } from "../bytes/simd.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { emitStridedRuns } from "../bytes/strided-runs.ts";
import { planTransfer } from "../transfer/plan.ts";
import { activationArgument } from "./arguments.ts";
import { elementNanoseconds } from "./core.ts";
import { emitFew, indicesArgument, isFew } from "./move/emit-few.ts";
import { emitTiles } from "./move/emit-tiles.ts";
import { planFloatMove } from "./move/plan.ts";

/** Copies float32 between the layouts of ONNX and channels-last, touching exactly the elements. */
export const moveF32: Template<FloatMoveWorkload> = {
  name: "move-f32",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is FloatMoveWorkload =>
    workload.op === "move-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => 2 * rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const { a, params, rows } = emit(workload, requireSimd(device));
    const elements = workload.rows * workload.columns * workload.channels;
    const side = (name: "x" | "y", access: KernelArgument["access"]): KernelArgument => {
      const strides = workload[name];
      if (strides !== "planar") return activationArgument(name, workload, strides, access);
      return { name, bytes: 4 * elements, access, alignment: 1 };
    };
    return finishKernel(a, {
      name: `move-f32 ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: [side("x", "read"), ...params, side("y", "write")],
      extent: rows,
      grain: rowGrain((2 * elements * elementNanoseconds) / rows),
    });
  },
};

interface Emitted {
  readonly a: Assembler;
  readonly params: readonly KernelArgument[];
  /** Rows that threads share out. */
  readonly rows: number;
}

function emit(workload: FloatMoveWorkload, simd: Simd): Emitted {
  const a = createAssembler();
  const plan = planFloatMove(workload, 1);
  if (plan === undefined) return { a, params: [], rows: emitStraight(a, simd, workload) };
  if (!isFew(simd, plan)) {
    emitTiles(a, simd, plan);
    return { a, params: [], rows: plan.rows };
  }
  const behind = planFloatMove(workload, 2) ?? plan;
  emitFew(a, simd, behind, 1);
  return { a, params: [indicesArgument(behind)], rows: plan.rows };
}

/** A copy between two tensors that stand alike; returns the rows of its loops. */
function emitStraight(a: Assembler, simd: Simd, workload: FloatMoveWorkload): number {
  const plan = planTransfer({ ...workload, op: "transfer", kind: "move" });
  emitStridedRuns(a, simd, {
    extents: plan,
    operands: [
      { argument: 0, elementBytes: 4, strides: plan.x },
      { argument: 1, elementBytes: 4, strides: plan.y },
    ],
    prepare: () => undefined,
    body: (block) => {
      for (let group = 0; group < block.groups; group++) {
        emitLoadFloats(a, simd, block, group, 0, group);
        emitStoreFloats(a, simd, block, group, 1, group);
      }
    },
  });
  return plan.rows;
}
