import type { KernelArgument } from "../../../../src/codegen/index.ts";
import type { Template } from "../../../../src/schedule/template.ts";
import type { FloatConvWorkload } from "../../float-workload.ts";
import { simdOf } from "../bytes/simd.ts";
import { simd } from "../winograd/extension.ts";
import { emitInputTransform } from "../winograd/input.ts";
import { emitOutputTransform } from "../winograd/output.ts";
import type { WinogradArithmetic, WinogradPlan } from "../winograd/plan.ts";
import { lanes } from "../winograd/plan.ts";
import { isPlain3x3, winogradTemplate } from "../winograd/template.ts";
import { transformOf } from "../winograd/transform.ts";
import { activationArgument, biasArgument, epilogueArguments } from "./arguments.ts";
import type { FloatEpilogueEmitter } from "./epilogue.ts";
import { floatEpilogueEmitter } from "./epilogue.ts";
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
export const winogradF32: Template<FloatConvWorkload> = winogradTemplate({
  name: "winograd-f32",
  arithmetic,
  suits: (workload, device): workload is FloatConvWorkload => {
    if (workload.op !== "conv-f32" || simdOf(device)?.name !== "avx512") return false;
    const conv = workload as FloatConvWorkload;
    return conv.inputs >= fewestChannels && conv.outputs >= fewestChannels && isPlain3x3(conv);
  },
  parts: (workload, plan) => {
    const epilogue = floatEpilogueEmitter(simd, workload.epilogue);
    return {
      arguments: argumentsOf(workload, plan, epilogue),
      parts: {
        input: (emission) => {
          emitInputTransform(emission, floatInput(plan.point.tile));
        },
        output: (emission) => {
          emitOutputTransform(emission, floatOutput(emission, epilogue));
        },
      },
    };
  },
});

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
    ...epilogueArguments(touched, epilogue, workload.y),
  ];
}
