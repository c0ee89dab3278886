import { createAssembler, mem, rdi } from "../../../../src/codegen/x86/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatUnaryWorkload } from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { emitLoadFloats, emitStoreFloats } from "../bytes/leaves.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { emitStridedRuns } from "../bytes/strided-runs.ts";
import { activationArgument } from "./arguments.ts";
import { elementNanoseconds } from "./core.ts";
import type { FunctionRegisters } from "./function/element-function.ts";
import { elementFunction } from "./function/element-function.ts";
import { registerCount, vectors } from "./vectors.ts";

/** First register of the temporaries of a function. */
const temporaries = 4;

/** Activations and clamps of float32. Bound: 2e-6 of the value. */
export const unaryF32: Template<FloatUnaryWorkload> = {
  name: "unary-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is FloatUnaryWorkload =>
    workload.op === "unary-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    const applied = elementFunction(workload.activation, workload.clamp);
    const params = applied.params === undefined ? [] : [applied.params];
    let registers: FunctionRegisters = { temporaries: vectors(simd, temporaries, 3), params: rdi };
    const spare = vectors(simd, temporaries + 3, registerCount(simd) - temporaries - 3);
    emitStridedRuns(a, simd, {
      extents: workload,
      operands: [
        { argument: 0, elementBytes: 4, strides: workload.x },
        { argument: 1 + params.length, elementBytes: 4, strides: workload.y },
      ],
      prepare: () => {
        if (params.length === 0) return;
        a.emit("mov", rdi, mem(rdi, { disp: 8 }));
        registers = applied.settle(a, registers, spare);
      },
      body: (block) => {
        for (let group = 0; group < block.groups; group++) {
          const value = simd.vector(group);
          emitLoadFloats(a, simd, block, group, 0, group);
          applied.activate(a, simd, value, registers);
          applied.bound(a, value, registers);
          emitStoreFloats(a, simd, block, group, 1, group);
        }
      },
    });
    return finishKernel(a, {
      name: `unary-f32 ${workload.activation} ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: [
        activationArgument("x", workload, workload.x),
        ...params,
        activationArgument("y", workload, workload.y, "write"),
      ],
      extent: workload.rows,
      grain: rowGrain(workload.columns * workload.channels * elementNanoseconds),
    });
  },
};
