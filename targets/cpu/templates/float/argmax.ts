import type { Template } from "../../../../src/schedule/template.ts";
import type { ArgmaxWorkload } from "../../float-workload.ts";
import type { Constant } from "../bytes/constants.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "./arguments.ts";
import { placeBytes } from "./argmax/champion.ts";
import { emitArgmax } from "./argmax/emit-argmax.ts";

/** Nanoseconds a pixel and an element, measured on AMD Zen 5. */
const [pixelNanoseconds, elementNanoseconds] = [6, 0.05];

/** The place of the greatest or least channel of each pixel, equal to ONNX Runtime's. */
export const argmaxF32: Template<ArgmaxWorkload> = {
  name: "argmax-f32",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is ArgmaxWorkload =>
    workload.op === "argmax-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * (pixelNanoseconds + channels * elementNanoseconds),
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const { rows, columns, channels, kind, x } = workload;
    return finishKernel(emitArgmax(simd, workload), {
      name: `argmax-f32 ${kind} ${rows}x${columns}x${channels}`,
      arguments: [
        activationArgument("x", workload, x),
        paramsArgument(simd.lanes, () => Array.from({ length: simd.lanes }, (_, int): Constant => ({ int }))),
        { name: "y", bytes: rows * columns * placeBytes(workload), access: "write", alignment: 1 },
      ],
      extent: rows,
      grain: rowGrain(columns * (pixelNanoseconds + channels * elementNanoseconds)),
    });
  },
};
