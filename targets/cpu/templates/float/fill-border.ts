import { createAssembler } from "../../../../src/codegen/x86/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatBorderWorkload } from "../../float-workload.ts";
import { numberOf } from "../../reference/parameters.ts";
import { paramsArgument } from "../bytes/constants.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { borderPixels, emitFillBorder, haloExtent } from "../fill-border.ts";
import { activationArgument } from "./arguments.ts";
import { elementNanoseconds } from "./core.ts";

/** Fills the halo of a channels-last buffer with one float32. */
export const fillBorderF32: Template<FloatBorderWorkload> = {
  name: "fill-border-f32",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is FloatBorderWorkload =>
    workload.op === "fill-border-f32" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: (workload) => borderPixels(workload) * workload.channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const a = createAssembler();
    const { channels, y } = workload;
    const bytes = { channels: 4 * channels, y: { row: 4 * y.row, pixel: 4 * y.pixel } };
    emitFillBorder(a, requireSimd(device), { ...workload, ...bytes });
    const halo = haloExtent(workload);
    return finishKernel(a, {
      name: `fill-border-f32 ${halo.rows}x${halo.columns}x${channels}`,
      arguments: [
        paramsArgument(1, (parameters) => [{ float: numberOf(parameters, "value") }]),
        activationArgument("y", { ...halo, channels }, y, "write"),
      ],
      extent: halo.rows,
      grain: rowGrain((borderPixels(workload) * channels * elementNanoseconds) / halo.rows),
    });
  },
};
