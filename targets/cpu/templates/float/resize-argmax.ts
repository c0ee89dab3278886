import type { Template } from "../../../../src/schedule/template.ts";
import type { ResizeArgmaxWorkload } from "../../float-workload.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "./arguments.ts";
import { placeBytes } from "./argmax/champion.ts";
import { emitResizedArgmax } from "./argmax/emit-resized.ts";
import { expandedConstants, expandedLayout } from "./resize/expanded-layout.ts";

/** Nanoseconds an element, measured on AMD Zen 5. */
const elementNanoseconds = 0.08;

/** The place of the greatest or least channel of what a linear resize gives, equal to ONNX Runtime's. */
export const resizeArgmaxF32: Template<ResizeArgmaxWorkload> = {
  name: "resize-argmax-f32",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is ResizeArgmaxWorkload =>
    workload.op === "resize-argmax-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const { rows, columns, channels, input, kind, x } = workload;
    const constants = expandedConstants(workload, simd, placeBytes(workload));
    return finishKernel(emitResizedArgmax(simd, workload), {
      name: `resize-argmax-f32 ${kind} ${input.join("x")} to ${rows}x${columns}x${channels}`,
      arguments: [
        activationArgument("x", { rows: input[0], columns: input[1], channels }, x),
        paramsArgument(constants.length, () => constants),
        { name: "y", bytes: rows * columns * placeBytes(workload), access: "write", alignment: 1 },
      ],
      extent: rows,
      grain: rowGrain(columns * channels * elementNanoseconds),
      scratchBytes: expandedLayout(workload, simd).scratchBytes,
    });
  },
};
