import type { Attribute, Model, StaticShape, Value } from "../../src/ir/index.ts";
import {
  attr,
  Graph,
  modelAround,
  NameScope,
  tensorFromElements,
  tensorType,
  uniformNumbers,
} from "../../src/ir/index.ts";
import { int64Tensor, sizeOf } from "../../src/ir/index.ts";

/** A float32 network under construction, with seeded weights. */
export interface NetworkBuilder {
  readonly input: Value;
  op(opType: string, inputs: readonly (Value | undefined)[], attributes?: Record<string, Attribute>): Value;
  /** Normally distributed numbers. */
  normal(shape: StaticShape, deviation: number, mean?: number): Value;
  ints(values: readonly number[]): Value;
  scalar(value: number): Value;
  /** 2-D convolution with bias and He-initialized weights, times `gain`. */
  conv(x: Value, channels: readonly [number, number], options: ConvOptions): Value;
  finish(output: Value, shape: StaticShape): Model;
}

/** Kernel, stride, groups and what follows. Padding keeps the size at stride 1. */
export interface ConvOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly gain?: number;
}

const OPSET = 17;

/** Starts a network with one float32 input. Equal seeds give equal bytes. */
export function newNetwork(name: string, inputShape: StaticShape, seed: number): NetworkBuilder {
  const graph = new Graph(name, new NameScope());
  const next = uniformNumbers(seed);
  const input = graph.addInput("input", tensorType("float32", inputShape));
  let count = 0;
  const draw = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const op: NetworkBuilder["op"] = (opType, inputs, attributes = {}) => {
    const base = `${opType}_${count++}`;
    return graph.append({ opType, name: base, inputs, outputs: [{ name: `${base}_out` }], attributes }).output;
  };
  const normal: NetworkBuilder["normal"] = (shape, deviation, mean = 0) => {
    const elements = Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * draw());
    return graph.addConstant(`w${count}`, tensorFromElements("float32", shape, elements));
  };
  return {
    input,
    op,
    normal,
    ints: (values) => graph.addConstant(`i${count}`, int64Tensor(values)),
    scalar: (value) => graph.addConstant(`s${count}`, tensorFromElements("float32", [], Float32Array.of(value))),
    conv: (x, [inputs, outputs], { kernel, stride = 1, groups = 1, gain = 1 }) => {
      const perGroup = inputs / groups;
      const deviation = gain * Math.sqrt(2 / (perGroup * kernel * kernel));
      const pad = (kernel - 1) >> 1;
      return op("Conv", [x, normal([outputs, perGroup, kernel, kernel], deviation), normal([outputs], 0.05)], {
        kernel_shape: attr.ints([kernel, kernel]),
        strides: attr.ints([stride, stride]),
        pads: attr.ints([pad, pad, pad, pad]),
        group: attr.int(groups),
      });
    },
    finish: (output, shape) => {
      output.type = tensorType("float32", shape);
      graph.addOutput(output);
      return modelAround(graph, OPSET, "infer-opt-bench");
    },
  };
}
