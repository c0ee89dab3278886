import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatResizeWorkload } from "../../float-workload.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "./arguments.ts";
import { emitLinearFloats } from "./resize/emit-linear.ts";
import { tapConstants, tapsOf } from "./resize/taps.ts";

/** Nanoseconds an element, measured on AMD Zen 5 with data in L2. */
const elementNanoseconds = 0.1;

/** Linear resize of rows and columns of float32, equal to ONNX Runtime's bit for bit. */
export const resizeF32: Template<FloatResizeWorkload> = {
  name: "resize-f32",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is FloatResizeWorkload =>
    workload.op === "resize-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const { rows, columns, channels, input, x, y } = workload;
    const [rowTaps, columnTaps] = tapsOf(workload);
    const taps = [
      ...rowTaps.flatMap((tap) => tapConstants(tap, 4 * x.row)),
      ...columnTaps.flatMap((tap) => tapConstants(tap, 4 * x.pixel)),
    ];
    return finishKernel(emitLinearFloats(requireSimd(device), workload), {
      name: `resize-f32 ${input.join("x")} to ${rows}x${columns}x${channels}`,
      arguments: [
        activationArgument("x", { rows: input[0], columns: input[1], channels }, x),
        paramsArgument(taps.length, () => taps),
        activationArgument("y", workload, y, "write"),
      ],
      extent: rows,
      grain: rowGrain(columns * channels * elementNanoseconds),
    });
  },
};
