import type { Value } from "../../src/ir/index.ts";
import { numbersOf } from "../../src/ir/index.ts";
import { fail } from "../../src/diagnostics/index.ts";
import { quantDiagnostics } from "../../src/diagnostics/codes/quant.ts";
import type { QuantizationParameters, Range } from "../../src/quant/index.ts";
import { channelLayout, quantizeWeights, scalesAtLeast, scalesForBias, unionOf } from "../../src/quant/index.ts";
import { meanShift } from "./bias-correction.ts";
import type { Calibration } from "./calibration.ts";
import type { QuantizationDialect } from "./dialect.ts";
import type { ActivationPlan, BiasPlan, NodePlan, QuantizationPlan, WeightPlan } from "./plan.ts";
import { inputKey } from "./plan.ts";
import type { Selection, WeightedOperator } from "./selection.ts";
import { largestWeight, weightScalesOf } from "./weight-scales.ts";

/** The numbers a plan is made from. */
export type CalibratedRanges = Pick<Calibration, "ranges" | "means">;

function rangeOf(value: Value, calibration: CalibratedRanges): Range {
  return (
    calibration.ranges[value.name] ?? fail(quantDiagnostics.missingRange({ value: value.name }, { value: value.name }))
  );
}

/** The union of the ranges of a group, because its members share one scale. */
function groupRange(sources: readonly Value[], calibration: CalibratedRanges): Range {
  return sources.map((source) => rangeOf(source, calibration)).reduce(unionOf);
}

/** The limits that hold for all members of a group; undefined where one has none. */
function commonLimits(sources: readonly Value[], selection: Selection): Range | undefined {
  const limits = sources.map((source) => selection.limits.get(source));
  return limits.every((limit) => limit !== undefined) ? limits.reduce(unionOf) : undefined;
}

function constantRange(values: ArrayLike<number>): Range {
  let min = 0;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  return { min, max };
}

/** Weights and bias of one operator. */
function planWeights(
  operator: WeightedOperator,
  activationScale: number,
  largest: number,
  dialect: QuantizationDialect,
  calibration: CalibratedRanges,
): { readonly weights: WeightPlan; readonly bias: BiasPlan | undefined } {
  const tensor = operator.weights.constant;
  if (tensor === undefined) throw new Error(`weights "${operator.weights.name}" are no constant`);
  const values = numbersOf(tensor);
  const layout = channelLayout(tensor.shape, operator.channelAxis);
  const bias = operator.bias?.constant;
  const isInteger = dialect.bias === "int32";
  const least =
    bias !== undefined && isInteger ? scalesForBias(numbersOf(bias), activationScale, layout.channels) : undefined;
  const scales = scalesAtLeast(weightScalesOf(operator, largest), least);
  const weights: WeightPlan = {
    value: operator.weights.name,
    input: operator.weightInput,
    axis: operator.channelAxis,
    scales: [...scales],
    largest,
  };
  const { channelAxis, inputAxis, biasNode } = operator;
  if (biasNode === undefined || channelAxis === undefined) return { weights, bias: undefined };
  const quantized = quantizeWeights(values, layout, scales, largest).values;
  const scaleOf = (index: number): number => scales[Math.floor(index / layout.inner) % layout.channels] as number;
  const shift = meanShift(
    values,
    (index) => (quantized[index] as number) * scaleOf(index),
    { shape: tensor.shape, channelAxis, inputAxis },
    calibration.means[operator.activation.name] ?? [],
  );
  const correction = shift?.map((by) => -by) ?? [];
  if (bias === undefined && correction.every((by) => by === 0)) return { weights, bias: undefined };
  return {
    weights,
    bias: {
      value: operator.bias?.name,
      node: biasNode.output.name,
      input: operator.biasInput,
      correction,
      activationScale: isInteger ? activationScale : undefined,
    },
  };
}

/** What a plan says of an operator's weights, where its input has the same scale and its bias the same place. */
function sameWeights(
  { activation, biasNode }: WeightedOperator,
  scale: number,
  before: NodePlan | undefined,
  known: QuantizationPlan | undefined,
): { readonly weights: WeightPlan; readonly bias: BiasPlan | undefined } | undefined {
  const { weights, bias } = before ?? {};
  if (weights === undefined || known?.activations[activation.name]?.parameters.scale !== scale) return undefined;
  if (bias?.node !== biasNode?.output.name) return undefined;
  return { weights, bias };
}

/**
 * Turns a selection and calibrated ranges into numbers. Throws IO0507 where a range is missing. `known`, another plan of the
 * same model and ranges, saves looking for the scales of weights again whose input has the scale that it had.
 */
export function makePlan(
  selection: Selection,
  calibration: CalibratedRanges,
  dialect: QuantizationDialect,
  hasVnni: boolean,
  known?: QuantizationPlan,
): QuantizationPlan {
  const activations: Record<string, ActivationPlan> = {};
  for (const value of selection.values) {
    const sources = selection.rangeSources.get(value) ?? [value];
    activations[value.name] = {
      parameters: dialect.activation(groupRange(sources, calibration), commonLimits(sources, selection)),
      readers: selection.computed.has(value) ? "all" : "int8",
    };
  }
  const constants: Record<string, QuantizationParameters> = {};
  for (const value of selection.constants)
    if (value.constant !== undefined)
      constants[value.name] = dialect.activation(constantRange(numbersOf(value.constant)));
  const weighted = new Map(selection.weighted.map((operator) => [operator.node, operator]));
  const before = new Map((known?.nodes ?? []).map((plan) => [plan.node, plan]));
  const nodes: NodePlan[] = [];
  for (const [node, { state, reason }] of selection.decisions) {
    const base = { node: node.outputs[0]?.name ?? "", opType: node.opType, state, reason };
    const operator = weighted.get(node);
    if (operator === undefined) nodes.push(base);
    else {
      const scale = activations[operator.activation.name]?.parameters.scale ?? 1;
      const { weights, bias } =
        sameWeights(operator, scale, before.get(base.node), known) ??
        planWeights(operator, scale, largestWeight(hasVnni), dialect, calibration);
      nodes.push({ ...base, weights, ...(bias === undefined ? {} : { bias }) });
    }
  }
  return {
    dialect: dialect.name,
    activations,
    constants,
    integerInputs: selection.integerInputs.map(({ node, index }) => inputKey(node.outputs[0]?.name ?? "", index)),
    nodes,
  };
}
