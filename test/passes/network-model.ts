import {
  attr,
  Graph,
  int64Tensor,
  modelAround,
  NameScope,
  sizeOf,
  tensorFromNumbers,
  tensorType,
  uniformNumbers,
} from "../../src/ir/index.ts";
import type { Attribute, Model, StaticShape, Value } from "../../src/ir/index.ts";
import { inferOutputTypes } from "../../src/ops/index.ts";

/** A network under construction: the last few values feed the next operators. */
interface Network {
  below(count: number): number;
  pick<T>(...choices: readonly T[]): T;
  /** One of the values made last. */
  recent(): Value;
  shape(value: Value): StaticShape;
  weights(shape: StaticShape, element?: () => number): Value;
  ints(values: readonly number[]): Value;
  /** Appends an operator; throws Unfit, and leaves nothing, where its inputs do not go together. */
  op(opType: string, inputs: readonly (Value | undefined)[], attributes?: Record<string, Attribute>): Value;
}

/** What was drawn does not fit: the next draw may. */
class Unfit extends Error {}

/** Larger results make the interpreter slow. */
const MOST_ELEMENTS = 20_000;

function newNetwork(graph: Graph, opset: number, next: () => number, pool: Value[]): Network {
  const contents = new Map<Value, readonly number[]>();
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    pick: (...choices) => choices[below(choices.length)] as (typeof choices)[number],
    recent: () => pool[Math.max(0, pool.length - 1 - below(4))] as Value,
    shape: (value) => (value.type?.kind === "tensor" ? (value.type.shape as StaticShape) : []),
    weights: (shape, element = () => next() * 2 - 1) =>
      graph.addConstant(
        "w",
        tensorFromNumbers("float64", shape, Float64Array.from({ length: sizeOf(shape) }, element)),
      ),
    ints: (values) => {
      const value = graph.addConstant("k", int64Tensor(values));
      contents.set(value, values);
      return value;
    },
    op: (opType, inputs, attributes = {}) => {
      const node = graph.append({ opType, inputs, attributes, name: `${opType}-${pool.length}` });
      try {
        inferOutputTypes(node, opset, contents);
      } catch {
        graph.remove(node);
        throw new Unfit(opType);
      }
      const { type } = node.output;
      const shape = type?.kind === "tensor" ? type.shape : undefined;
      const size = shape?.every((dim) => typeof dim === "number") === true ? sizeOf(shape as StaticShape) : 0;
      if (size === 0 || size > MOST_ELEMENTS) {
        graph.remove(node);
        throw new Unfit(opType);
      }
      pool.push(node.output);
      return node.output;
    },
  };
}

/** A shape that a constant beside the value may have: a scalar, one number a channel, or the whole. */
function operandShape(net: Network, value: Value): StaticShape {
  const shape = net.shape(value);
  const channels = shape[1] ?? 1;
  return shape.length === 4
    ? net.pick<StaticShape>([1, channels, 1, 1], [channels, 1, 1], [1], [], shape)
    : net.pick<StaticShape>(shape.slice(-1), [1], [], shape);
}

function conv(net: Network): void {
  const x = net.recent();
  const inputs = net.shape(x)[1] ?? 1;
  const isDepthwise = net.below(3) === 0;
  const outputs = isDepthwise ? inputs * net.pick(1, 2) : net.pick(1, 2, 3);
  const kernel = net.pick(1, 3);
  const weights = net.weights([outputs, isDepthwise ? 1 : inputs, kernel, kernel]);
  const bias = net.pick(true, false) ? [net.weights([outputs])] : [];
  const pads = kernel === 3 ? net.pick([1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 1]) : [0, 0, 0, 0];
  net.op("Conv", [x, weights, ...bias], { pads: attr.ints(pads), group: attr.int(isDepthwise ? inputs : 1) });
}

function siblings(net: Network): void {
  const x = net.recent();
  const inputs = net.shape(x)[1] ?? 1;
  for (let i = 0; i < 2; i++) {
    const branch = net.op("Conv", [x, net.weights([net.pick(1, 2), inputs, 1, 1])]);
    if (net.below(2) === 0) net.op("Relu", [branch]);
  }
}

function batchNorm(net: Network): void {
  const x = net.recent();
  const channels = [net.shape(x)[1] ?? 1];
  const positive = (): number => net.pick(0.1, 0.5, 1, 3);
  const scale = net.weights(channels, net.below(4) === 0 ? () => 0 : undefined);
  const inputs = [x, scale, net.weights(channels), net.weights(channels), net.weights(channels, positive)];
  net.op("BatchNormalization", inputs, { epsilon: attr.float(1e-5) });
}

function arithmetic(net: Network): void {
  const x = net.recent();
  const constant = net.weights(
    operandShape(net, x),
    net.below(2) === 0 ? () => net.pick(0, 1, -1, 0.5, 2, 6, -0.25) : undefined,
  );
  net.op(net.pick("Add", "Sub", "Mul"), net.pick(true, false) ? [x, constant] : [constant, x]);
}

function division(net: Network): void {
  const x = net.recent();
  net.op("Div", [x, net.weights(operandShape(net, x), () => net.pick(1, 2, 0.5, -4, 0.1, 6))]);
}

function clamp(net: Network): void {
  const low = (): number => net.pick(-6, -1, 0, 0);
  const high = (): number => net.pick(0.5, 1, 6, -2);
  const bound = (element: () => number): Value => net.weights([], element);
  net.pick(
    () => net.op("Clip", [net.recent(), bound(low), bound(high)]),
    () => net.op("Clip", [net.recent(), bound(low)]),
    () => net.op("Clip", [net.recent(), undefined, bound(high)]),
    () => net.op(net.pick("Min", "Max"), [net.recent(), bound(net.pick(low, high))]),
  )();
}

function activation(net: Network): void {
  const names = ["Relu", "Sigmoid", "Tanh", "Neg", "Abs", "Identity", "LeakyRelu", "HardSigmoid", "Softplus", "Erf"];
  net.op(net.pick(...names), [net.recent()]);
}

function gate(net: Network): void {
  const x = net.recent();
  const shifted = net.op("Add", [x, net.weights([], () => 3)]);
  const clipped = net.op("Clip", [shifted, net.weights([], () => 0), net.weights([], () => 6)]);
  net.op("Mul", [x, net.op("Div", [clipped, net.weights([], () => 6)])]);
}

function gelu(net: Network): void {
  const x = net.recent();
  const erf = net.op("Erf", [net.op("Div", [x, net.weights([], () => Math.SQRT2)])]);
  const product = net.op("Mul", [x, net.op("Add", [erf, net.weights([], () => 1)])]);
  net.op("Mul", [product, net.weights([], () => 0.5)]);
}

function layerNorm(net: Network): void {
  const x = net.recent();
  const mean = (value: Value): Value => net.op("ReduceMean", [value], { axes: attr.ints([-1]), keepdims: attr.int(1) });
  const centred = net.op("Sub", [x, mean(x)]);
  const square = net.pick(
    () => net.op("Mul", [centred, centred]),
    () => net.op("Pow", [centred, net.weights([], () => 2)]),
  )();
  const deviation = net.op("Sqrt", [net.op("Add", [mean(square), net.weights([], () => 1e-5)])]);
  const last = net.shape(x).slice(-1);
  const scaled = net.op("Mul", [net.op("Div", [centred, deviation]), net.weights(last)]);
  net.op("Add", [scaled, net.weights(last)]);
}

function pad(net: Network): void {
  const amounts = [0, 0, net.below(2), 1, 0, 0, 1, net.below(3)];
  net.op("Pad", [net.recent(), net.ints(amounts), net.weights([], () => net.pick(0, 0, 1))]);
}

function pool(net: Network): void {
  const strides = net.pick([1, 1], [2, 2]);
  const attributes = { kernel_shape: attr.ints([2, 2]), strides: attr.ints(strides) };
  net.op(net.pick("MaxPool", "AveragePool"), [net.recent()], attributes);
}

function linear(net: Network): void {
  const x = net.recent();
  const [rows = 1, inner = 1] = net.shape(x).slice(-2);
  const outputs = net.pick(1, 2, 4);
  if (net.shape(x).length === 2 && net.below(2) === 0) {
    const bias = net.weights(net.pick<StaticShape>([outputs], [1], [rows, 1], [1, outputs], []));
    const factors = { alpha: attr.float(net.pick(1, 0.5, 0)), beta: attr.float(net.pick(1, 3, 0)) };
    net.op("Gemm", [x, net.weights([inner, outputs]), bias], factors);
    return;
  }
  const product = net.op("MatMul", [x, net.weights([inner, outputs])]);
  if (net.below(2) === 0) net.op("Add", [product, net.weights(net.pick([outputs], [1], [1, outputs]))]);
}

function layout(net: Network): void {
  const x = net.recent();
  const shape = net.shape(x);
  net.pick(
    () => net.op("Transpose", [x], { perm: attr.ints(shape.map((_, i) => shape.length - 1 - i)) }),
    () => net.op("Flatten", [x], { axis: attr.int(net.pick(1, -1)) }),
    () => net.op("Reshape", [x, net.ints(net.pick([-1], [0, -1], [...shape.slice(0, -1), -1]))]),
    () => net.op("Concat", [x, net.recent()], { axis: attr.int(net.pick(0, 1, -1)) }),
    () => net.op("GlobalAveragePool", [x]),
    () => net.op("Softmax", [x], { axis: attr.int(-1) }),
  )();
}

const join = (net: Network): void => void net.op(net.pick("Add", "Mul", "Sub"), [net.recent(), net.recent()]);

const moves = [
  conv,
  conv,
  siblings,
  batchNorm,
  batchNorm,
  arithmetic,
  arithmetic,
  division,
  clamp,
  clamp,
  activation,
].concat([activation, gate, gelu, layerNorm, pad, pool, linear, linear, layout, layout, join]);

/**
 * A random network of what fusions look for: convolutions, normalizations, products, clamps and formulas written out, in
 * double precision, so that a difference is a wrong rewrite and not rounding; opset 17.
 */
export function networkModel(seed: number, steps: number): Model {
  const opset = 17;
  const next = uniformNumbers(seed);
  const graph = new Graph("network", new NameScope());
  const values = [graph.addInput("x", tensorType("float64", [1 + (seed % 2), 3, 6, 6]))];
  const net = newNetwork(graph, opset, next, values);
  for (let i = 0; i < steps; i++) {
    try {
      net.pick(...moves)(net);
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
    }
  }
  const unread = values.filter((value) => value.uses.size === 0 && !value.isInput);
  for (const value of unread.slice(-3)) graph.addOutput(value);
  return modelAround(graph, opset);
}
