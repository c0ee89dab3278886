import type { Node } from "../../src/ir/index.ts";
import { floatAttr, intAttr, numbersOf, stringAttr } from "../../src/ir/index.ts";
import type { Range } from "../../src/quant/index.ts";
import type { OperatorPolicy, WeightPlace } from "./dialect.ts";

const mover = (activations: OperatorPolicy["activations"] = [0]): OperatorPolicy => ({ role: "mover", activations });
const follower = (activations: OperatorPolicy["activations"] = [0]): OperatorPolicy => ({
  role: "follower",
  activations,
});
const clamp = (limits: (node: Node) => Range | undefined): OperatorPolicy => ({
  role: "clamp",
  activations: [0],
  limits,
});

/** The limits of a Clip, infinite where absent. */
function clipLimits(node: Node): Range | undefined {
  const limit = (index: number, absent: number): number | undefined => {
    const value = node.input(index);
    if (value === undefined) return absent;
    return value.isConstant && value.constant !== undefined ? numbersOf(value.constant)[0] : undefined;
  };
  const min = limit(1, -Infinity);
  const max = limit(2, Infinity);
  return min === undefined || max === undefined ? undefined : { min, max };
}

const convWeights: WeightPlace = {
  input: 1,
  channelAxis: () => 0,
  bias: 2,
  biasBehind: false,
  activationAxis: 1,
  inputAxis: () => 1,
};

const gemmWeights: WeightPlace = {
  input: 1,
  channelAxis: (node) => (intAttr(node, "transB", 0) === 1 ? 0 : 1),
  bias: 2,
  biasBehind: false,
  activationAxis: -1,
  inputAxis: (node) => (intAttr(node, "transB", 0) === 1 ? 1 : 0),
};

const matMulWeights: WeightPlace = {
  input: 1,
  channelAxis: (_node, rank) => (rank === 2 ? 1 : undefined),
  bias: undefined,
  biasBehind: true,
  activationAxis: -1,
  inputAxis: (_node, rank) => rank - 2,
};

function refuseGemm(node: Node): string | undefined {
  if (floatAttr(node, "alpha", 1) !== 1) return "QGemm takes alpha = 1 only";
  if (node.input(2) !== undefined && floatAttr(node, "beta", 1) !== 1) return "QGemm takes beta = 1 only";
  if (intAttr(node, "transA", 0) !== 0) return "the activation is transposed";
  return undefined;
}

function refuseResize(node: Node): string | undefined {
  return stringAttr(node, "mode", "nearest") === "nearest"
    ? undefined
    : "only the nearest mode moves integers unchanged";
}

/**
 * What ONNX Runtime 1.30 and 1.31 run as INT8 on x86, each line seen in its optimized graph: QLinearConv, QGemm,
 * QLinearMatMul / MatMulIntegerToFloat, QLinearAdd, …; movers keep their own kernel on bytes, if and only if input and
 * output have one scale. Not listed, because seen left in float between DQ and Q: ConvTranspose, HardSwish, HardSigmoid,
 * Tanh, PRelu, Elu, Pad, ReduceMean, GlobalMaxPool, SpaceToDepth, Sub, Div, Resize with interpolation. Softmax has an
 * INT8 kernel and stays float for accuracy.
 */
export const x86Operators: Readonly<Record<string, OperatorPolicy>> = {
  Conv: { role: "anchor", activations: [0], weights: convWeights },
  Gemm: { role: "anchor", activations: [0], weights: gemmWeights, floatOutput: true, refuse: refuseGemm },
  MatMul: { role: "anchor", activations: [0], weights: matMulWeights, floatOutput: true },
  Add: follower([0, 1]),
  Mul: follower([0, 1]),
  AveragePool: follower(),
  GlobalAveragePool: follower(),
  Sigmoid: follower(),
  LeakyRelu: follower(),
  Relu: clamp(() => ({ min: 0, max: Infinity })),
  Clip: clamp(clipLimits),
  MaxPool: {
    ...mover(),
    refuse: (node) => (node.outputs.length > 1 ? "the indices output has no INT8 form" : undefined),
  },
  Concat: { ...mover("all"), rescales: true },
  Split: mover(),
  Slice: mover(),
  Gather: mover(),
  Transpose: mover(),
  Reshape: mover(),
  Flatten: mover(),
  Squeeze: mover(),
  Unsqueeze: mover(),
  Expand: mover(),
  Tile: mover(),
  DepthToSpace: mover(),
  Identity: mover(),
  Resize: { ...mover(), refuse: refuseResize },
};
