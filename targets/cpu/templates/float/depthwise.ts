import type { Kernel, KernelArgument, Pack } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint, Point } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatDepthwiseWorkload } from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { rowGrain } from "../bytes/points.ts";
import type { Simd } from "../bytes/simd.ts";
import { requireSimd, simdOf } from "../bytes/simd.ts";
import { activationArgument, biasArgument, epilogueArguments } from "./arguments.ts";
import type { FloatEpilogueEmitter } from "./epilogue.ts";
import { floatEpilogueEmitter } from "./epilogue.ts";
import { elementNanoseconds } from "./core.ts";
import { describePoint } from "../point-numbers.ts";
import { vectorBytes } from "./vectors.ts";
import { depthwiseOperation } from "./window/depthwise-operation.ts";
import { emitWindow } from "./window/emit.ts";
import type { WindowWorkload } from "./window/plan.ts";
import { planWindow, windowPoint } from "./window/plan.ts";
import { windowCost, windowSeed, windowSpace } from "./window/space.ts";

/** Windows beyond this many elements would make very long code. */
const mostTaps = 400;

/** Depthwise convolutions of float32, vectors of channels by tiles of pixels. Bound: 1e-5 of the output's standard deviation. */
export const depthwiseF32: Template<FloatDepthwiseWorkload> = {
  name: "depthwise-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is FloatDepthwiseWorkload => {
    if (workload.op !== "depthwise-f32" || simdOf(device) === undefined) return false;
    const [kh, kw] = (workload as FloatDepthwiseWorkload).window.kernel;
    return kh * kw <= mostTaps;
  },
  space: (workload, device) => {
    const simd = requireSimd(device);
    return windowSpace(windowOf(workload), simd, floatEpilogueEmitter(simd, workload.epilogue).temporaries);
  },
  seed: (workload, device) => {
    const simd = requireSimd(device);
    const { temporaries } = floatEpilogueEmitter(simd, workload.epilogue);
    return windowSeed(windowOf(workload), simd, device, { temporaries, weights: true });
  },
  emit,
  cost: (workload, point, device, figures) =>
    windowCost(windowOf(workload), point, requireSimd(device), device, { weights: true, figures }),
};

function windowOf({ epilogue, ...workload }: FloatDepthwiseWorkload): WindowWorkload {
  const { residual, out } = epilogue;
  return { ...workload, residual, ...(out === undefined ? {} : { out }) };
}

function emit(workload: FloatDepthwiseWorkload, point: Point, device: DeviceFingerprint): Kernel {
  const simd = requireSimd(device);
  const plan = planWindow(windowOf(workload), windowPoint(point), simd);
  const epilogue = floatEpilogueEmitter(simd, workload.epilogue);
  const kernelArguments = argumentsOf(workload, simd, epilogue);
  const roles = kernelArguments.map(({ name }) => name);
  return finishKernel(emitWindow(plan, depthwiseOperation(plan, epilogue, workload.bias, roles), roles), {
    name: `depthwise-f32 ${describePoint(point)}`,
    arguments: kernelArguments,
    extent: plan.units,
    grain: rowGrain(workload.columns * workload.channels * plan.point.tileRows * elementNanoseconds),
  });
}

function argumentsOf(
  workload: FloatDepthwiseWorkload,
  simd: Simd,
  { function: applied }: FloatEpilogueEmitter,
): readonly KernelArgument[] {
  const { rows, columns, channels, window, epilogue } = workload;
  const reach = (axis: 0 | 1, count: number): number =>
    (count - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const touched = { rows, columns, channels };
  const vectors = Math.ceil(channels / simd.lanes);
  const taps = window.kernel[0] * window.kernel[1];
  return [
    activationArgument("x", { rows: reach(0, rows), columns: reach(1, columns), channels }, workload.x),
    {
      name: "weights",
      bytes: vectors * taps * vectorBytes(simd),
      access: "read",
      alignment: 64,
      packs: () => [
        ...weightsPack(taps, simd, { vectors: Math.floor(channels / simd.lanes), first: 0, channels: simd.lanes }),
        ...weightsPack(taps, simd, {
          vectors: channels % simd.lanes > 0 ? 1 : 0,
          first: vectors - 1,
          channels: channels % simd.lanes,
        }),
      ],
    },
    ...(workload.bias ? [biasArgument(channels, vectors * simd.lanes)] : []),
    ...(applied.params === undefined ? [] : [applied.params]),
    ...epilogueArguments(touched, epilogue, workload.y),
  ];
}

/** Filters to `[vector][tap][channel]`: `vectors` of them from the vector `first` on, each with `channels` channels. */
function weightsPack(
  taps: number,
  simd: Simd,
  { vectors, first, channels }: { readonly vectors: number; readonly first: number; readonly channels: number },
): readonly Pack[] {
  if (vectors === 0) return [];
  const tap = vectorBytes(simd);
  return [
    {
      ...{ kind: "copy", from: "weights", elementBytes: 4 },
      sourceOffset: first * simd.lanes * taps,
      targetOffset: first * taps * tap,
      loops: [
        { count: vectors, source: simd.lanes * taps, target: taps * tap },
        { count: channels, source: taps, target: 4 },
        { count: taps, source: 1, target: tap },
      ],
    },
  ];
}
