import type { KernelArgument } from "../../../src/codegen/index.ts";
import type { Template } from "../../../src/schedule/template.ts";
import { numberOf } from "../reference/parameters.ts";
import type { ConvWorkload, Strides } from "../workload.ts";
import { tableArgument } from "./bytes/constants.ts";
import { paramsArgument } from "./epilogue/constant-rows.ts";
import type { VectorIsa } from "./epilogue/vector-isa.ts";
import { requireVectorIsa, vectorIsaOf } from "./epilogue/vector-isa.ts";
import { simd } from "./winograd/extension.ts";
import { emitInputTransform } from "./winograd/input.ts";
import { emitOutputTransform } from "./winograd/output.ts";
import type { WinogradArithmetic, WinogradPlan } from "./winograd/plan.ts";
import { isPlain3x3, winogradTemplate } from "./winograd/template.ts";
import { inputRows, inputRowsBytes, integerInput } from "./winograd-s16/input.ts";
import { biasBytes, hasRegistersFor, integerOutput } from "./winograd-s16/output.ts";

const { lanes } = simd;

/** Least channels and least rows and columns: below, the transforms take more than the products save. */
const [fewestChannels, leastMap] = [32, 8];

/** Most bits of a weight. Fewer are used where sums could overflow. */
const weightBits = 16;

/**
 * Input channels that are added up in int32. The more there are, the fewer bits their weights may have: with 64 those of
 * weights as they occur have 14 and more.
 */
const sumInputs = 64;

const arithmetic: WinogradArithmetic = {
  tiles: [4],
  simd,
  elementBytes: { x: 1, y: 1, residual: 1 },
  stepInputs: 2,
  multiply: "vpdpwssd",
  sumSteps: sumInputs / 2,
  costs: { input: 1, output: 2, accumulator: 0.2, tile: 5, traffic: 0.35 },
};

/**
 * 3×3 convolutions of uint8 by int8 by Winograd's F(4×4, 3×3) in int16: four times fewer multiplications, at half the
 * rate. Only transformed weights are rounded. Bound: where the scale of the output fits its sums (a standard deviation of
 * at most 64 steps), at most one step off, on at most 6 % of the outputs; 1 to 3 % as measured.
 */
export const winogradS16: Template<ConvWorkload> = winogradTemplate({
  name: "winograd-s16",
  arithmetic: () => arithmetic,
  suits: (workload, device): workload is ConvWorkload => {
    const isa = vectorIsaOf(device);
    if (workload.op !== "conv-u8s8" || isa?.lanes !== lanes) return false;
    const conv = workload as ConvWorkload;
    return isPlain3x3(conv) && isWide(conv) && hasRegistersFor(conv, isa);
  },
  parts: (workload, plan, device) => {
    const isa = requireVectorIsa(device);
    const params = paramsOf(workload, isa);
    return {
      arguments: argumentsOf(workload, plan, params.argument),
      parts: {
        input: (emission) => {
          emitInputTransform(emission, integerInput(params.inputRows));
        },
        output: (emission) => {
          emitOutputTransform(emission, integerOutput(emission, workload, isa));
        },
      },
    };
  },
});

function isWide({ rows, columns, inputs, outputs, shift, epilogue }: ConvWorkload): boolean {
  return (
    epilogue.out === "u8" &&
    epilogue.activation === undefined &&
    epilogue.divides === undefined &&
    shift === undefined &&
    Math.min(rows, columns) >= leastMap &&
    Math.min(inputs, outputs) >= fewestChannels
  );
}

/** The argument `params`: rows of the epilogue, then those of the input transform from the offset `inputRows` on. */
function paramsOf(
  { epilogue }: ConvWorkload,
  isa: VectorIsa,
): { readonly argument: KernelArgument; readonly inputRows: number } {
  const own = paramsArgument(epilogue, isa);
  const bytes = own?.bytes ?? 0;
  return {
    inputRows: bytes,
    argument: {
      ...{ name: "params", bytes: bytes + inputRowsBytes, access: "read", alignment: 64 },
      packs: (parameters) => [
        ...(own?.packs?.(parameters) ?? []),
        { kind: "literal", targetOffset: bytes, bytes: inputRows(numberOf(parameters, "xZero")) },
      ],
    },
  };
}

function argumentsOf(workload: ConvWorkload, plan: WinogradPlan, params: KernelArgument): readonly KernelArgument[] {
  const { rows, columns, inputs, outputs, bias, epilogue } = workload;
  const last = ({ row, pixel }: Strides, around: number): number =>
    (rows - 1 + around) * row + (columns - 1 + around) * pixel;
  const activation = (name: string, bytes: number, access: KernelArgument["access"]): KernelArgument => ({
    ...{ name, bytes, access, alignment: 1 },
  });
  return [
    activation("x", last(workload.x, 2) + inputs, "read"),
    weightsArgument(workload, plan),
    ...(bias ? [biasArgument(workload)] : []),
    params,
    ...(epilogue.table ? [tableArgument()] : []),
    ...(epilogue.residual === undefined
      ? []
      : [activation("residual", last(epilogue.residual, 0) + Math.ceil(outputs / lanes) * lanes, "read")]),
    activation("y", last(workload.y, 0) + outputs, "write"),
  ];
}

/** Transformed weights, then the multipliers of their sums, which are read by whole vectors. */
function weightsArgument({ inputs, outputs }: ConvWorkload, plan: WinogradPlan): KernelArgument {
  return {
    name: "weights",
    bytes: plan.weightsBytes + 4 * (plan.points * outputs + lanes),
    access: "read",
    alignment: 64,
    packs: (parameters) => [
      {
        ...{ kind: "winograd-s16", from: "weights", weightScale: "weight-scale" },
        perTensor: numberOf(parameters, "perTensor") === 1,
        inputScale: numberOf(parameters, "xScale"),
        outputScale: numberOf(parameters, "yScale"),
        ...{ bits: weightBits, sumInputs, inputs, outputs, blockOutputs: plan.point.vectors * lanes },
        ...{ targetOffset: 0, scaleOffset: plan.weightsBytes },
      },
    ],
  };
}

/** The int32 bias, then what makes it a float32 number of output steps. */
function biasArgument({ outputs }: ConvWorkload): KernelArgument {
  const { half, all } = biasBytes(outputs);
  return {
    name: "bias",
    bytes: all,
    access: "read",
    alignment: 64,
    packs: (parameters) => [
      {
        ...{ kind: "copy", from: "bias", elementBytes: 4, sourceOffset: 0, targetOffset: 0 },
        loops: [{ count: outputs, source: 1, target: 4 }],
      },
      {
        ...{ kind: "multiplier", weightScale: "weight-scale" },
        perTensor: numberOf(parameters, "perTensor") === 1,
        inputScale: numberOf(parameters, "xScale"),
        outputScale: numberOf(parameters, "yScale"),
        ...{ channels: outputs, targetOffset: half, order: "natural" },
      },
    ],
  };
}
