import type { Node, Value } from "../../../src/ir/index.ts";
import { floatAttr, intAttr, intsAttr, sameShape } from "../../../src/ir/index.ts";
import type { FloatActivation } from "../float-workload.ts";
import { convForm } from "./conv-form.ts";
import { clampLimits } from "./clamp-limits.ts";
import type { FloatFunction, IntegerOp, IntegerTensor } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { matchNormalization } from "./match-normalization.ts";
import { matchFloatSoftmax } from "./match-softmax.ts";
import { resizeForm } from "./resize-form.ts";
import { isFloat32 } from "./quantized-values.ts";
import { averageOfNothing, averageWithGaps, isDense, padsOf, passesPadding, windowOf } from "./window.ts";

/** The identity without bounds. */
export const plain: FloatFunction = { activation: "none", alpha: 0, beta: 0, bounds: [-Infinity, Infinity] };

type FloatMatcher = (node: Node, y: IntegerTensor, context: MatchContext) => IntegerOp | undefined;

/** One matcher an operator that float32 networks are made of; undefined when this node is left alone. */
const matchers: Readonly<Record<string, FloatMatcher>> = {
  Conv: (node, y, context) => matchConv(node, y, "oihw", context),
  ConvTranspose: (node, y, context) => matchConv(node, y, "iohw", context),
  Gemm: matchGemm,
  MatMul: (node, y, context) => matchProduct(node, y, "io", undefined, context),
  Add: (node, y, context) => matchBinary("add", node, y, context),
  Mul: (node, y, context) => matchBinary("mul", node, y, context),
  Relu: matchClamp,
  Clip: matchClamp,
  Sigmoid: simple("sigmoid"),
  Tanh: simple("tanh"),
  HardSwish: simple("hard-swish"),
  HardSigmoid: (node, y, context) =>
    unary(
      node,
      y,
      {
        ...plain,
        activation: "hard-sigmoid",
        alpha: floatAttr(node, "alpha", 0.2),
        beta: floatAttr(node, "beta", 0.5),
      },
      context,
    ),
  LeakyRelu: (node, y, context) =>
    unary(node, y, { ...plain, activation: "leaky-relu", alpha: floatAttr(node, "alpha", 0.01) }, context),
  LayerNormalization: matchNormalization,
  Softmax: matchFloatSoftmax,
  MaxPool: (node, y, context) => matchPool("max", node, y, context),
  AveragePool: (node, y, context) => matchPool("average", node, y, context),
  GlobalAveragePool: matchGlobalAverage,
  Resize: matchResize,
  Concat: matchConcat,
  Reshape: matchView,
  Flatten: matchView,
  Squeeze: matchView,
  Unsqueeze: matchView,
  Transpose: matchTranspose,
};

/** The float32 op a node is, or undefined. */
export function matchFloatNode(node: Node, context: MatchContext): IntegerOp | undefined {
  const matcher = node.domain === "" ? matchers[node.opType] : undefined;
  const output = node.outputs[0];
  if (matcher === undefined || output === undefined || !isFloat32(output)) return undefined;
  const y = context.tensor(output, undefined);
  return y === undefined ? undefined : matcher(node, y, context);
}

function activation(value: Value | undefined, context: MatchContext): IntegerTensor | undefined {
  if (value === undefined || value.isConstant || !isFloat32(value)) return undefined;
  return context.tensor(value, undefined);
}

function float32Constant(value: Value | undefined): readonly number[] | undefined {
  return value?.isConstant === true && value.constant?.dtype === "float32"
    ? (value.constant.shape as readonly number[])
    : undefined;
}

function matchConv(
  node: Node,
  y: IntegerTensor,
  layout: "oihw" | "iohw",
  context: MatchContext,
): IntegerOp | undefined {
  const [input, weights, bias] = node.inputs;
  const x = activation(input, context);
  const shape = float32Constant(weights);
  if (x?.shape.length !== 4 || weights === undefined || shape?.length !== 4) return undefined;
  if (bias !== undefined && float32Constant(bias) === undefined) return undefined;
  const form = convForm(node, shape, layout, x.shape, y.shape);
  if (typeof form === "string") {
    context.refuse(node, form);
    return undefined;
  }
  return {
    ...{ kind: "float-conv", name: node.name, nodes: [node], x, y, weights, bias },
    ...{ ...form, fn: plain, residual: undefined },
  };
}

function matchGemm(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  if (floatAttr(node, "alpha", 1) !== 1 || floatAttr(node, "beta", 1) !== 1 || intAttr(node, "transA", 0) !== 0)
    return undefined;
  const bias = node.input(2);
  if (bias !== undefined && float32Constant(bias)?.length !== 1) return undefined;
  return matchProduct(node, y, intAttr(node, "transB", 0) === 1 ? "oihw" : "io", bias, context);
}

function matchProduct(
  node: Node,
  y: IntegerTensor,
  layout: "oihw" | "io",
  bias: Value | undefined,
  context: MatchContext,
): IntegerOp | undefined {
  const [input, weights] = node.inputs;
  const x = activation(input, context);
  const shape = float32Constant(weights);
  if (x === undefined || weights === undefined || shape?.length !== 2) return undefined;
  const outputs = shape[layout === "oihw" ? 0 : 1] as number;
  if (bias !== undefined && float32Constant(bias)?.[0] !== outputs) return undefined;
  return {
    ...{ kind: "float-conv", name: node.name, nodes: [node], x, y, weights, bias, layout },
    ...{ outputs, groups: 1, pads: [0, 0, 0, 0], fn: plain, residual: undefined },
    window: { kernel: [1, 1], stride: [1, 1], dilation: [1, 1] },
  };
}

function matchBinary(mode: "add" | "mul", node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const [left, right] = node.inputs;
  const [a, b] = [activation(left, context), activation(right, context)];
  const base = { kind: "float-binary", name: node.name, nodes: [node], mode, y, fn: plain } as const;
  if (a !== undefined && b !== undefined) {
    if (sameShape(a.shape, y.shape)) return { ...base, a, b };
    return sameShape(b.shape, y.shape) ? { ...base, a: b, b: a } : undefined;
  }
  const tensor = a ?? b;
  const constant = a === undefined ? left : right;
  if (tensor === undefined || constant === undefined || float32Constant(constant) === undefined) return undefined;
  return sameShape(tensor.shape, y.shape) ? { ...base, a: tensor, b: { constant } } : undefined;
}

function simple(name: FloatActivation): FloatMatcher {
  return (node, y, context) => unary(node, y, { ...plain, activation: name }, context);
}

function unary(node: Node, y: IntegerTensor, fn: FloatFunction, context: MatchContext): IntegerOp | undefined {
  const x = activation(node.input(0), context);
  return x === undefined ? undefined : { kind: "float-unary", name: node.name, nodes: [node], x, y, fn };
}

function matchClamp(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const bounds = clampLimits(node);
  return bounds === undefined || bounds[0] > bounds[1] ? undefined : unary(node, y, { ...plain, bounds }, context);
}

function matchPool(
  mode: "max" | "average",
  node: Node,
  y: IntegerTensor,
  context: MatchContext,
): IntegerOp | undefined {
  const x = activation(node.input(0), context);
  const kernel = intsAttr(node, "kernel_shape", []);
  if (x?.shape.length !== 4 || kernel.length !== 2 || node.outputs.length > 1) return undefined;
  const window = windowOf(node, kernel as [number, number]);
  const pads = padsOf(node, x.shape, window);
  if (pads === undefined) return undefined;
  const counted = intAttr(node, "count_include_pad", 0) === 1;
  const isOdd = counted && passesPadding(window, pads, x.shape, y.shape);
  if (mode === "average" && (isOdd || !isDense(window))) {
    context.refuse(node, isOdd ? averageOfNothing : averageWithGaps);
    return undefined;
  }
  return { kind: "pool", name: node.name, nodes: [node], mode, x, y, window, pads, counted, global: false };
}

function matchGlobalAverage(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const x = activation(node.input(0), context);
  if (x?.shape.length !== 4) return undefined;
  const [, , height, width] = x.shape as readonly [number, number, number, number];
  return {
    ...{ kind: "pool", name: node.name, nodes: [node], mode: "average", x, y, pads: [0, 0, 0, 0] },
    ...{ counted: false, global: true },
    window: { kernel: [height, width], stride: [1, 1], dilation: [1, 1] },
  };
}

function matchResize(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const x = activation(node.input(0), context);
  if (x === undefined) return undefined;
  const form = resizeForm(node, x.shape, y.shape);
  if (typeof form !== "string") return { kind: "resize", name: node.name, nodes: [node], x, y, ...form };
  context.refuse(node, form);
  return undefined;
}

function matchConcat(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const xs = node.inputs.map((value) => activation(value, context));
  if (!xs.every((x) => x !== undefined)) return undefined;
  const axis = intAttr(node, "axis", 0);
  return { kind: "concat", name: node.name, nodes: [node], xs, y, axis: axis < 0 ? axis + y.shape.length : axis };
}

function matchView(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const x = activation(node.input(0), context);
  return x === undefined ? undefined : { kind: "view", name: node.name, nodes: [node], x, y, perm: undefined };
}

function matchTranspose(node: Node, y: IntegerTensor, context: MatchContext): IntegerOp | undefined {
  const perm = intsAttr(node, "perm");
  const x = activation(node.input(0), context);
  if (x === undefined || perm === undefined || perm[0] !== 0) return undefined;
  return { kind: "view", name: node.name, nodes: [node], x, y, perm };
}
