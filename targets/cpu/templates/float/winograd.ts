import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { DeviceFingerprint, Workload } from "../../../../src/schedule/record.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { Bf16ConvWorkload, FloatConvWorkload, FloatStorage } from "../../float-workload.ts";
import { hasBf16, requireSimd, simdOf } from "../bytes/simd.ts";
import { emitInputTransform } from "../winograd/input.ts";
import { emitOutputTransform } from "../winograd/output.ts";
import type { WinogradArithmetic, WinogradPlan } from "../winograd/plan.ts";
import { isPlain3x3, winogradTemplate } from "../winograd/template.ts";
import { transformOf } from "../winograd/transform.ts";
import { activationArgument, biasArgument, epilogueArguments, storedBytes } from "./arguments.ts";
import type { FloatEpilogueEmitter } from "./epilogue.ts";
import { floatEpilogueEmitter } from "./epilogue.ts";
import { floatInput } from "./winograd/input.ts";
import { floatOutput } from "./winograd/output.ts";

/** Channels below which the transforms take more than the products save. */
const fewestChannels = 16;

type WinogradF32Workload = FloatConvWorkload | Bf16ConvWorkload;

function storageOf({ op }: WinogradF32Workload): FloatStorage {
  return op === "conv-bf16" ? "bf16" : "f32";
}

function arithmeticOf(workload: WinogradF32Workload, device: DeviceFingerprint): WinogradArithmetic {
  const { out, residual } = workload.epilogue;
  const bytes = { x: storedBytes(storageOf(workload)), y: storedBytes(out), residual: storedBytes(residual?.from) };
  // F(2×2) saves as many products as bfloat16 does, and takes its transforms besides.
  return {
    ...{
      tiles: storageOf(workload) === "bf16" ? [4] : [2, 4],
      simd: requireSimd(device),
      elementBytes: bytes,
      stepInputs: 1,
    },
    ...{ multiply: "vfmadd231ps", sumSteps: undefined },
    costs: { input: 2.5, output: 2.5, accumulator: 1.5, tile: 20, traffic: 1 },
  };
}

/**
 * 3×3 convolutions of float32 by Winograd's F(2×2, 3×3) and F(4×4, 3×3): 2.25 and 4 times fewer multiplications. Bound:
 * 1e-4 of the output's standard deviation. Of inputs in bfloat16 too: they are exact in float32.
 */
export const winogradF32: Template<WinogradF32Workload> = winogradTemplate({
  name: "winograd-f32",
  arithmetic: arithmeticOf,
  suits: (workload, device): workload is WinogradF32Workload => {
    const computes = workload.op === "conv-f32" ? simdOf(device) !== undefined : isBf16(workload, device);
    if (!computes) return false;
    const conv = workload as WinogradF32Workload;
    return conv.inputs >= fewestChannels && conv.outputs >= fewestChannels && isPlain3x3(conv);
  },
  parts: (workload, plan) => {
    const { simd } = plan.arithmetic;
    const epilogue = floatEpilogueEmitter(simd, workload.epilogue);
    return {
      arguments: argumentsOf(workload, plan, epilogue),
      parts: {
        input: (emission) => {
          emitInputTransform(emission, floatInput(plan.point.tile, simd, storageOf(workload)));
        },
        output: (emission) => {
          emitOutputTransform(emission, floatOutput(emission, epilogue));
        },
      },
    };
  },
});

function isBf16({ op }: Workload, device: DeviceFingerprint): boolean {
  return op === "conv-bf16" && hasBf16(device);
}

function argumentsOf(
  workload: WinogradF32Workload,
  { arithmetic, point, channels, channelBlocks, weightsBytes }: WinogradPlan,
  { function: applied }: FloatEpilogueEmitter,
): readonly KernelArgument[] {
  const { rows, columns, inputs, outputs, bias, epilogue } = workload;
  const { simd } = arithmetic;
  const read = { rows: rows + 2, columns: columns + 2, channels: inputs };
  return [
    activationArgument("x", read, workload.x, "read", storageOf(workload)),
    {
      name: "weights",
      bytes: weightsBytes,
      access: "read",
      alignment: 64,
      packs: () => [
        {
          ...{ kind: "winograd-f32", from: "weights", tile: transformOf(point.tile, simd).tile, targetOffset: 0 },
          ...{ inputs, outputs, blockOutputs: point.vectors * simd.lanes },
        },
      ],
    },
    ...(bias ? [biasArgument(outputs, channelBlocks * channels.vectors * simd.lanes)] : []),
    ...(applied.params === undefined ? [] : [applied.params]),
    ...epilogueArguments({ rows, columns, channels: outputs }, epilogue, workload.y),
  ];
}
