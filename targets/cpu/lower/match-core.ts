import type { Node, Value } from "../../../src/ir/index.ts";
import { floatAttr, intAttr, intsAttr, numbersOf, sameShape, sizeOf } from "../../../src/ir/index.ts";
import { combination } from "../reference/binary.ts";
import type { Window } from "../workload.ts";
import { convForm } from "./conv-form.ts";
import { averageOfNothing, averageWithGaps, isDense, padsOf, passesPadding, windowOf } from "./window.ts";
import type { CoreMatch } from "./core-match.ts";
import type { Bounds, ConvOp, IntegerOp, IntegerTensor, Quantization } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { matchMatrixProduct } from "./match-product.ts";
import { resizeForm } from "./resize-form.ts";
import { matchQuantizedSoftmax } from "./match-softmax.ts";
import { dequantizer, quantizedBias, quantizedWeight, sameQuantization, uint8Parameters } from "./quantized-values.ts";

type CoreMatcher = (match: CoreMatch, context: MatchContext) => IntegerOp | string;

/** One matcher an operator that quantized networks are made of; a string says why this node is left alone. */
export const coreMatchers: Readonly<Record<string, CoreMatcher>> = {
  Conv: (match, context) => matchConv(match, "oihw", context),
  ConvTranspose: (match, context) => matchConv(match, "iohw", context),
  Gemm: matchGemm,
  MatMul: matchMatMul,
  Add: (match, context) => matchBinary("add", match, context),
  Mul: (match, context) => matchBinary("mul", match, context),
  Softmax: (match, context) => {
    const x = activation(match.core.input(0), context);
    return x === undefined ? "input is not quantized" : matchQuantizedSoftmax(match, x, context);
  },
  MaxPool: (match, context) => matchPool("max", match, context),
  AveragePool: (match, context) => matchPool("average", match, context),
  GlobalAveragePool: matchGlobalAverage,
  Concat: matchConcat,
  Reshape: matchReshape,
  Flatten: matchReshape,
  Squeeze: matchReshape,
  Unsqueeze: matchReshape,
  Transpose: matchTranspose,
  Resize: matchResize,
};

/** The uint8 tensor a float input is dequantized from. */
function activation(
  value: Value | undefined,
  context: MatchContext,
): { readonly tensor: IntegerTensor; readonly node: Node } | undefined {
  const node = dequantizer(value);
  const source = node?.input(0);
  if (node === undefined || source === undefined || source.isConstant) return undefined;
  const quantization = uint8Parameters(node);
  const tensor = quantization === undefined ? undefined : context.tensor(source, quantization);
  return tensor === undefined ? undefined : { tensor, node };
}

function matchConv(
  { core, y, quantization, bounds, behind }: CoreMatch,
  layout: "oihw" | "iohw",
  context: MatchContext,
): IntegerOp | string {
  const x = activation(core.input(0), context);
  const w = quantizedWeight(core.input(1));
  if (x === undefined || w === undefined) return "input or weights are not quantized";
  if (x.tensor.shape.length !== 4) return "only two spatial dimensions";
  const outputAxis = layout === "oihw" ? 0 : 1;
  if (w.axis !== undefined && w.axis !== outputAxis) return "weight scales are not per output channel";
  const bias = core.input(2) === undefined ? undefined : biasOf(core.input(2), x.tensor, w.scale);
  if (core.input(2) !== undefined && bias === undefined) return "bias is not int32 with the scale of the sums";
  const shape = w.weights.constant?.shape ?? [];
  const form = convForm(core, shape as readonly number[], layout, x.tensor.shape, y.shape);
  if (typeof form === "string") return form;
  if (layout === "iohw" && form.groups > 1 && w.axis !== undefined) return "weight scales are not per output channel";
  return conv(core, x, w, bias, { y, quantization, bounds, behind, ...form });
}

function biasOf(value: Value | undefined, x: IntegerTensor, weightScale: Value): ReturnType<typeof quantizedBias> {
  return quantizedBias(value, x.quantization?.scale ?? 1, weightScale);
}

/** What differs between the operators that become a {@link ConvOp}. */
interface ConvParts extends Pick<ConvOp, "y" | "bounds" | "outputs" | "groups" | "window" | "pads" | "layout"> {
  readonly quantization: Quantization | undefined;
  readonly behind: readonly Node[];
}

function conv(
  core: Node,
  x: { readonly tensor: IntegerTensor; readonly node: Node },
  w: NonNullable<ReturnType<typeof quantizedWeight>>,
  bias: ReturnType<typeof quantizedBias>,
  { quantization, behind, ...parts }: ConvParts,
): ConvOp {
  return {
    kind: "conv",
    name: core.name,
    nodes: [x.node, w.node, ...(bias === undefined ? [] : [bias.node]), core, ...behind],
    x: x.tensor,
    weights: w.weights,
    weightScale: w.scale,
    bias: bias?.bias,
    sum: quantization,
    table: undefined,
    tableQuantization: undefined,
    residual: undefined,
    flattened: false,
    ...parts,
  };
}

function matchGemm(match: CoreMatch, context: MatchContext): IntegerOp | string {
  const { core } = match;
  if (floatAttr(core, "alpha", 1) !== 1 || floatAttr(core, "beta", 1) !== 1) return "alpha or beta is not 1";
  if (intAttr(core, "transA", 0) !== 0) return "the activation is transposed";
  return matchProduct(match, intAttr(core, "transB", 0) === 1 ? "oihw" : "io", core.input(2), context);
}

function matchMatMul(match: CoreMatch, context: MatchContext): IntegerOp | string {
  const [a, b] = match.core.inputs.map((value) => activation(value, context));
  if (a !== undefined && b !== undefined) return matchMatrixProduct(match, a, b);
  return matchProduct(match, "io", undefined, context);
}

function matchProduct(
  { core, y, quantization, bounds, behind }: CoreMatch,
  layout: "oihw" | "io",
  biasValue: Value | undefined,
  context: MatchContext,
): IntegerOp | string {
  const x = activation(core.input(0), context);
  const w = quantizedWeight(core.input(1));
  if (x === undefined || w === undefined) return "an operand is not a quantized constant";
  const shape = w.weights.constant?.shape ?? [];
  if (shape.length !== 2) return "weights are not a matrix";
  const outputAxis = layout === "oihw" ? 0 : 1;
  if (w.axis !== undefined && w.axis !== outputAxis) return "weight scales are not per output channel";
  const bias = biasValue === undefined ? undefined : biasOf(biasValue, x.tensor, w.scale);
  if (biasValue !== undefined && bias === undefined) return "bias is not int32 with the scale of the sums";
  if (bias !== undefined && bias.bias.constant?.shape.length !== 1) return "bias is not a vector";
  const window: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1] };
  const outputs = shape[outputAxis] as number;
  return conv(core, x, w, bias, {
    ...{ y, quantization, bounds, behind, outputs, window, layout },
    groups: 1,
    pads: [0, 0, 0, 0],
  });
}

function matchBinary(
  mode: "add" | "mul",
  { core, y, bounds, behind }: CoreMatch,
  context: MatchContext,
): IntegerOp | string {
  // A clamp that the quantizer does not do anyway: ONNX Runtime leaves such a chain in float32, which rounds differently.
  if (isClamped(bounds)) return "a clamp between the operator and its quantizer";
  const [left, right] = core.inputs;
  const a = activation(left, context);
  const b = activation(right, context);
  const base = { kind: "binary", name: core.name, mode, y, bounds, table: undefined } as const;
  if (a !== undefined && b !== undefined) {
    const nodes = [...new Set([a.node, b.node]), core, ...behind];
    const [own, result] = [a.tensor.quantization, y.quantization];
    if (a.tensor === b.tensor && own !== undefined && result !== undefined) {
      const combine = combination(mode, { a: own, b: own, y: result });
      const table = Uint8Array.from({ length: 256 }, (_, x) => combine(x, x));
      return { kind: "table", name: core.name, nodes, x: a.tensor, y, table };
    }
    if (sameShape(a.tensor.shape, y.shape)) return { ...base, nodes, a: a.tensor, b: b.tensor };
    if (sameShape(b.tensor.shape, y.shape)) return { ...base, nodes, a: b.tensor, b: a.tensor };
    return "both operands are broadcast";
  }
  const tensor = a ?? b;
  const other = a === undefined ? left : right;
  const dq = dequantizer(other);
  const constant = dq?.input(0);
  const quantization = dq === undefined ? undefined : uint8Parameters(dq);
  if (tensor === undefined || constant?.constant?.dtype !== "uint8" || !constant.isConstant)
    return "an operand is not quantized";
  if (quantization === undefined || dq === undefined || !sameShape(tensor.tensor.shape, y.shape))
    return "an operand has parameters of another kind";
  const nodes = [tensor.node, dq, core, ...behind];
  const [own, result] = [tensor.tensor.quantization, y.quantization];
  if (sizeOf(constant.constant.shape) === 1 && own !== undefined && result !== undefined) {
    const combine = combination(mode, { a: own, b: quantization, y: result });
    const byte = numbersOf(constant.constant)[0] as number;
    const table = Uint8Array.from({ length: 256 }, (_, x) => combine(x, byte));
    return { kind: "table", name: core.name, nodes, x: tensor.tensor, y, table };
  }
  return { ...base, nodes, a: tensor.tensor, b: { constant, quantization } };
}

function matchPool(
  mode: "max" | "average",
  { core, y, quantization, bounds, behind }: CoreMatch,
  context: MatchContext,
): IntegerOp | string {
  const x = activation(core.input(0), context);
  if (x === undefined || x.tensor.shape.length !== 4) return "input is not quantized, or not two-dimensional";
  if (core.outputs.length > 1) return "the indices output has no INT8 form";
  if (isClamped(bounds)) return "clamped pooling";
  if (mode === "average" && !isDense(windowOf(core, [1, 1]))) return averageWithGaps;
  if (mode === "max" && !sameQuantization(x.tensor.quantization, quantization)) return "input and output scales differ";
  const kernel = intsAttr(core, "kernel_shape", []);
  if (kernel.length !== 2) return "only two spatial dimensions";
  const window = windowOf(core, kernel as [number, number]);
  const pads = padsOf(core, x.tensor.shape, window);
  if (pads === undefined) return "unknown padding";
  const counted = intAttr(core, "count_include_pad", 0) === 1;
  if (mode === "average" && counted && passesPadding(window, pads, x.tensor.shape, y.shape)) return averageOfNothing;
  const nodes = [x.node, core, ...behind];
  return { kind: "pool", name: core.name, nodes, mode, x: x.tensor, y, window, pads, counted, global: false };
}

function matchGlobalAverage({ core, y, bounds, behind }: CoreMatch, context: MatchContext): IntegerOp | string {
  const x = activation(core.input(0), context);
  if (x === undefined || x.tensor.shape.length !== 4) return "input is not quantized, or not two-dimensional";
  if (isClamped(bounds)) return "clamped pooling";
  const [, , height, width] = x.tensor.shape as readonly [number, number, number, number];
  return {
    ...{ kind: "pool", name: core.name, nodes: [x.node, core, ...behind], mode: "average", x: x.tensor, y },
    window: { kernel: [height, width], stride: [1, 1], dilation: [1, 1] },
    pads: [0, 0, 0, 0],
    counted: false,
    global: true,
  };
}

function matchConcat({ core, y, quantization, bounds, behind }: CoreMatch, context: MatchContext): IntegerOp | string {
  const parts = core.inputs.map((value) => activation(value, context));
  if (!parts.every((part) => part !== undefined)) return "an input is not quantized";
  if (isClamped(bounds) || parts.some(({ tensor }) => !sameQuantization(tensor.quantization, quantization)))
    return "inputs have other parameters than the result";
  const rank = y.shape.length;
  const axis = intAttr(core, "axis", 0);
  return {
    ...{ kind: "concat", name: core.name, y },
    nodes: [...new Set(parts.map(({ node }) => node)), core, ...behind],
    xs: parts.map(({ tensor }) => tensor),
    axis: axis < 0 ? axis + rank : axis,
  };
}

function matchReshape({ core, y, quantization, bounds, behind }: CoreMatch, context: MatchContext): IntegerOp | string {
  const x = activation(core.input(0), context);
  if (x === undefined) return "input is not quantized";
  if (isClamped(bounds) || !sameQuantization(x.tensor.quantization, quantization))
    return "input and output scales differ";
  return { kind: "view", name: core.name, nodes: [x.node, core, ...behind], x: x.tensor, y, perm: undefined };
}

function matchTranspose(match: CoreMatch, context: MatchContext): IntegerOp | string {
  const perm = intsAttr(match.core, "perm");
  if (perm === undefined || perm[0] !== 0) return "the batch dimension moves";
  const view = matchReshape(match, context);
  return typeof view === "string" ? view : ({ ...view, perm } as IntegerOp);
}

function matchResize({ core, y, quantization, bounds, behind }: CoreMatch, context: MatchContext): IntegerOp | string {
  const x = activation(core.input(0), context);
  if (x === undefined || x.tensor.shape.length !== 4) return "input is not quantized, or not two-dimensional";
  if (isClamped(bounds) || !sameQuantization(x.tensor.quantization, quantization))
    return "input and output scales differ";
  const form = resizeForm(core, x.tensor.shape, y.shape);
  if (typeof form === "string") return form;
  if (form.mode !== "nearest") return "only the nearest mode moves integers unchanged";
  return { kind: "resize", name: core.name, nodes: [x.node, core, ...behind], x: x.tensor, y, ...form };
}

function isClamped([low, high]: Bounds): boolean {
  return low > 0 || high < 255;
}
