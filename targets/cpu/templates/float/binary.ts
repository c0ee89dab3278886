import { createAssembler, mem, rax, rdi } from "../../../../src/codegen/x86/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatBinaryWorkload } from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { emitLoadFloats, emitStoreFloats } from "../bytes/leaves.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import type { StridedOperand } from "../bytes/strided-runs.ts";
import { emitStridedRuns } from "../bytes/strided-runs.ts";
import { activationArgument } from "./arguments.ts";
import { elementNanoseconds } from "./core.ts";
import type { FunctionRegisters } from "./function/element-function.ts";
import { elementFunction } from "./function/element-function.ts";
import { registerCount, vectors } from "./vectors.ts";

/** Registers: b of group 0 and up, temporaries of the function, b where it is one value. */
const [second, temporaries, scalar] = [4, 8, 11];

/** Sums and products of float32, with an activation and a clamp behind. Bound: 2e-6 of the value. */
export const binaryF32: Template<FloatBinaryWorkload> = {
  name: "binary-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is FloatBinaryWorkload =>
    workload.op === "binary-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => 1.5 * rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    const { b, rows, columns, channels } = workload;
    const applied = elementFunction(workload.activation, workload.clamp);
    const params = applied.params === undefined ? [] : [applied.params];
    let registers: FunctionRegisters = { temporaries: vectors(simd, temporaries, 3), params: rdi };
    const spare = vectors(simd, scalar + 1, registerCount(simd) - scalar - 1);
    const operand = (argument: number, strides: StridedOperand["strides"]): StridedOperand => ({
      ...{ argument, elementBytes: 4, strides },
    });
    const combine = workload.kind === "add" ? "vaddps" : "vmulps";
    emitStridedRuns(a, simd, {
      extents: workload,
      operands: [
        operand(0, workload.a),
        operand(2 + params.length, workload.y),
        ...(b === "scalar" ? [] : [operand(1, b === "channel" ? { row: 0, pixel: 0 } : b)]),
      ],
      prepare: () => {
        if (b === "scalar") {
          a.emit("mov", rax, mem(rdi, { disp: 8 }));
          a.emit("vbroadcastss", simd.vector(scalar), mem(rax));
        }
        if (params.length === 0) return;
        a.emit("mov", rdi, mem(rdi, { disp: 16 }));
        registers = applied.settle(a, registers, spare);
      },
      body: (block) => {
        for (let group = 0; group < block.groups; group++) {
          const value = simd.vector(group);
          emitLoadFloats(a, simd, block, group, 0, group);
          if (b !== "scalar") emitLoadFloats(a, simd, block, second + group, 2, group);
          a.emit(combine, value, value, simd.vector(b === "scalar" ? scalar : second + group));
          applied.activate(a, simd, value, registers);
          applied.bound(a, value, registers);
          emitStoreFloats(a, simd, block, group, 1, group);
        }
      },
    });
    const single = { rows: 1, columns: 1, channels: b === "scalar" ? 1 : channels };
    return finishKernel(a, {
      name: `binary-f32 ${workload.kind} ${rows}x${columns}x${channels}`,
      arguments: [
        activationArgument("a", workload, workload.a),
        typeof b === "string"
          ? activationArgument("b", single, { row: 0, pixel: 0 })
          : activationArgument("b", workload, b),
        ...params,
        activationArgument("y", workload, workload.y, "write"),
      ],
      extent: rows,
      grain: rowGrain(columns * channels * elementNanoseconds),
    });
  },
};
