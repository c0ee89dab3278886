import type { Kernel, KernelArgument } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { Space, Template } from "../../../../src/schedule/template.ts";
import type { FloatPoolWorkload } from "../../float-workload.ts";
import { poolCells } from "../../reference/float/pool-cells.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { rowGrain } from "../bytes/points.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument } from "./arguments.ts";
import { elementNanoseconds } from "./core.ts";
import { describePoint } from "../point-numbers.ts";
import { emitWindow } from "./window/emit.ts";
import type { WindowWorkload } from "./window/plan.ts";
import { planWindow, windowPoint } from "./window/plan.ts";
import { isLooped, poolOperation } from "./window/pool-operation.ts";
import { windowCost, windowSeed, windowSpace } from "./window/space.ts";

/** Registers that factors of averages take. */
const temporaries = 2;

/** Maximum and average pools of float32, global ones too. Bound: 1e-5 of the output's standard deviation. */
export const poolF32: Template<FloatPoolWorkload> = {
  name: "pool-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is FloatPoolWorkload =>
    workload.op === "pool-f32" && simdOf(device) !== undefined,
  space: (workload, device) => poolSpace(workload, device),
  seed: (workload, device) =>
    isLooped(workload.window)
      ? { pixels: 1, tileRows: 1, channelBlock: 0 }
      : windowSeed(windowOf(workload), requireSimd(device), device, { temporaries, weights: false }),
  emit,
  cost: (workload, point, device, figures) =>
    windowCost(windowOf(workload), point, requireSimd(device), device, { weights: false, figures }),
};

function windowOf({ rows, columns, channels, window, x, y }: FloatPoolWorkload): WindowWorkload {
  return { rows, columns, channels, window, x, y, residual: undefined };
}

function poolSpace(workload: FloatPoolWorkload, device: DeviceFingerprint): Space {
  const space = windowSpace(windowOf(workload), requireSimd(device), temporaries);
  if (!isLooped(workload.window)) return space;
  return {
    parameters: space.parameters.map(({ name, values }) => ({
      name,
      values: name === "channelBlock" ? values : [1],
    })),
    legal: () => true,
  };
}

function emit(workload: FloatPoolWorkload, point: Point, device: DeviceFingerprint): Kernel {
  const simd = requireSimd(device);
  const plan = planWindow(windowOf(workload), windowPoint(point), simd);
  const kernelArguments = argumentsOf(workload);
  const roles = kernelArguments.map(({ name }) => name);
  return finishKernel(emitWindow(plan, poolOperation(plan, workload.kind), roles), {
    name: `pool-f32 ${workload.kind} ${describePoint(point)}`,
    arguments: kernelArguments,
    extent: plan.units,
    grain: rowGrain(workload.columns * workload.channels * plan.point.tileRows * elementNanoseconds),
  });
}

function argumentsOf(workload: FloatPoolWorkload): readonly KernelArgument[] {
  const { rows, columns, channels, window, kind } = workload;
  const reach = (axis: 0 | 1, count: number): number =>
    (count - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  return [
    activationArgument("x", { rows: reach(0, rows), columns: reach(1, columns), channels }, workload.x),
    ...(kind === "max" ? [] : [factorsArgument(workload)]),
    activationArgument("y", { rows, columns, channels }, workload.y, "write"),
  ];
}

/** The argument `params` of averages: one over the cells that count, for each row and then for each column. */
function factorsArgument(workload: FloatPoolWorkload): KernelArgument {
  const cells = ([0, 1] as const).flatMap((axis) => poolCells(workload, axis));
  const factors = Float32Array.from(cells, (count) => 1 / count);
  return {
    name: "params",
    bytes: factors.byteLength,
    access: "read",
    alignment: 4,
    packs: () => [{ kind: "literal", targetOffset: 0, bytes: new Uint8Array(factors.buffer) }],
  };
}
