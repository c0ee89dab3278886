import type { Kernel, KernelArgument } from "../../../../src/codegen/index.ts";
import type { Point } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatConvWorkload } from "../../float-workload.ts";
import { finishKernel } from "../bytes/finish-kernel.ts";
import { simdOf } from "../bytes/simd.ts";
import { winogradCost } from "../winograd/cost.ts";
import { emitWinograd } from "../winograd/emit.ts";
import { simd } from "../winograd/extension.ts";
import { emitInputTransform } from "../winograd/input.ts";
import { emitOutputTransform } from "../winograd/output.ts";
import type { WinogradArithmetic, WinogradPlan } from "../winograd/plan.ts";
import { lanes, planWinograd, winogradPoint } from "../winograd/plan.ts";
import { hasWinogradPoint, winogradSeed, winogradSpace } from "../winograd/space.ts";
import { transformOf } from "../winograd/transform.ts";
import { activationArgument, biasArgument } from "./arguments.ts";
import type { FloatEpilogueEmitter } from "./epilogue.ts";
import { floatEpilogueEmitter } from "./epilogue.ts";
import { describePoint } from "./point-numbers.ts";
import { floatInput } from "./winograd/input.ts";
import { floatOutput } from "./winograd/output.ts";

/** Channels below which the transforms take more than the products save. */
const fewestChannels = 16;

const arithmetic: WinogradArithmetic = {
  tiles: [2, 4],
  elementBytes: 4,
  stepInputs: 1,
  multiply: "vfmadd231ps",
  sumSteps: undefined,
  costs: { input: 2.5, output: 2.5, accumulator: 1.5, tile: 20, traffic: 1 },
};

/**
 * 3×3 convolutions of float32 by Winograd's F(2×2, 3×3) and F(4×4, 3×3): 2.25 and 4 times fewer multiplications. Bound:
 * 1e-4 of the output's standard deviation.
 */
export const winogradF32: Template<FloatConvWorkload> = {
  name: "winograd-f32",
  version: 1,
  correctness: "bounded",
  matches: (workload, device): workload is FloatConvWorkload => {
    if (workload.op !== "conv-f32" || simdOf(device)?.name !== "avx512") return false;
    const conv = workload as FloatConvWorkload;
    if (conv.inputs < fewestChannels || conv.outputs < fewestChannels || !isPlain3x3(conv)) return false;
    return hasWinogradPoint(conv, arithmetic, device);
  },
  space: (workload, device) => winogradSpace(workload, arithmetic, device),
  seed: (workload, device) => {
    const point = winogradSeed(workload, arithmetic, device);
    if (point === undefined) throw new Error("winograd-f32 has no legal point for a workload");
    return point;
  },
  emit,
  cost: (workload, point, device) => winogradCost(planOf(workload, point), device),
};

function isPlain3x3({ window, weights }: FloatConvWorkload): boolean {
  const is = (pair: readonly [number, number], value: number): boolean => pair.every((number) => number === value);
  return weights === "oihw" && is(window.kernel, 3) && is(window.stride, 1) && is(window.dilation, 1);
}

function planOf(workload: FloatConvWorkload, point: Point): WinogradPlan {
  return planWinograd(workload, arithmetic, winogradPoint(point));
}

function emit(workload: FloatConvWorkload, point: Point): Kernel {
  const plan = planOf(workload, point);
  const epilogue = floatEpilogueEmitter(simd, workload.epilogue);
  const kernelArguments = argumentsOf(workload, plan, epilogue);
  const a = emitWinograd(
    plan,
    kernelArguments.map(({ name }) => name),
    {
      input: (emission) => {
        emitInputTransform(emission, floatInput(plan.point.tile));
      },
      output: (emission) => {
        emitOutputTransform(emission, floatOutput(emission, epilogue));
      },
    },
  );
  return finishKernel(a, {
    name: `winograd-f32 ${describePoint(point)}`,
    arguments: kernelArguments,
    extent: plan.point.parallel === 0 ? plan.tileBlocks : plan.channelBlocks,
    grain: 1,
    scratchBytes: plan.scratchBytes,
  });
}

function argumentsOf(
  workload: FloatConvWorkload,
  { point, channels, channelBlocks, weightsBytes }: WinogradPlan,
  { function: applied }: FloatEpilogueEmitter,
): readonly KernelArgument[] {
  const { rows, columns, inputs, outputs, bias, epilogue } = workload;
  const touched = { rows, columns, channels: outputs };
  return [
    activationArgument("x", { rows: rows + 2, columns: columns + 2, channels: inputs }, workload.x),
    {
      name: "weights",
      bytes: weightsBytes,
      access: "read",
      alignment: 64,
      packs: () => [
        {
          ...{ kind: "winograd-f32", from: "weights", tile: transformOf(point.tile).tile, targetOffset: 0 },
          ...{ inputs, outputs, blockOutputs: point.vectors * lanes },
        },
      ],
    },
    ...(bias ? [biasArgument(outputs, channelBlocks * channels.vectors * lanes)] : []),
    ...(applied.params === undefined ? [] : [applied.params]),
    ...(epilogue.residual === undefined ? [] : [activationArgument("residual", touched, epilogue.residual)]),
    activationArgument("y", touched, workload.y, "write"),
  ];
}
