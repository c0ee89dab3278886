import { createAssembler } from "../../../../src/codegen/x86/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { NarrowWorkload } from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { emitLoadFloats, emitStoreNarrowed } from "../bytes/leaves.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { hasBf16, requireSimd } from "../bytes/simd.ts";
import { emitStridedRuns } from "../bytes/strided-runs.ts";
import { activationArgument } from "./arguments.ts";
import { elementNanoseconds } from "./core.ts";

/** float32 to bfloat16, for products that read it. */
export const narrowF32: Template<NarrowWorkload> = {
  name: "narrow-f32",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is NarrowWorkload => workload.op === "narrow-f32" && hasBf16(device),
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    emitStridedRuns(a, simd, {
      extents: workload,
      operands: [
        { argument: 0, elementBytes: 4, strides: workload.x },
        { argument: 1, elementBytes: 2, strides: workload.y },
      ],
      prepare: () => undefined,
      body: (block) => {
        for (let group = 0; group < block.groups; group++) {
          emitLoadFloats(a, simd, block, group, 0, group);
          emitStoreNarrowed(a, block, group, 1, group);
        }
      },
    });
    return finishKernel(a, {
      name: `narrow-f32 ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: [
        activationArgument("x", workload, workload.x),
        activationArgument("y", workload, workload.y, "write", "bf16"),
      ],
      extent: workload.rows,
      grain: rowGrain(workload.columns * workload.channels * elementNanoseconds),
    });
  },
};
