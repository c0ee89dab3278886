import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatResizeWorkload } from "../../float-workload.ts";
import type { Constant } from "../bytes/constants.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "./arguments.ts";
import { emitLinearFloats } from "./resize/emit-linear.ts";
import { emitPlanarLinear } from "./resize/emit-planar.ts";
import { expandedConstants, expandedLayout } from "./resize/expanded-layout.ts";
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
    const simd = requireSimd(device);
    const { rows, columns, channels, input, x, y } = workload;
    const isPlanar = y === "planar";
    const constants = isPlanar ? expandedConstants(workload, simd, 4) : pixelTaps(workload);
    return finishKernel((isPlanar ? emitPlanarLinear : emitLinearFloats)(simd, workload), {
      name: `resize-f32 ${input.join("x")} to ${rows}x${columns}x${channels}`,
      arguments: [
        activationArgument("x", { rows: input[0], columns: input[1], channels }, x),
        paramsArgument(constants.length, () => constants),
        resultArgument(workload),
      ],
      extent: rows,
      grain: rowGrain(columns * channels * elementNanoseconds),
      scratchBytes: isPlanar ? expandedLayout(workload, simd).scratchBytes : 0,
    });
  },
};

/** Taps of all rows and columns, their cells in bytes. */
function pixelTaps(workload: FloatResizeWorkload): readonly Constant[] {
  const [rows, columns] = tapsOf(workload);
  const { row, pixel } = workload.x;
  return [
    ...rows.flatMap((tap) => tapConstants(tap, 4 * row)),
    ...columns.flatMap((tap) => tapConstants(tap, 4 * pixel)),
  ];
}

function resultArgument(workload: FloatResizeWorkload): KernelArgument {
  const { rows, columns, channels, y } = workload;
  if (y !== "planar") return activationArgument("y", workload, y, "write");
  return { name: "y", bytes: 4 * rows * columns * channels, access: "write", alignment: 1 };
}
