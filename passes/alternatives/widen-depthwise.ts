import type { Graph, Model, Node, Tensor, Value } from "../../src/ir/index.ts";
import { attr, intAttr, sizeOf, tensorType } from "../../src/ir/index.ts";
import type { PassContext, PassResult } from "../../src/pipeline/pass.ts";
import { constantOf, dtypeOf, shapeOf } from "../support/facts.ts";
import type { Alternative } from "./alternative.ts";
import { withInputs, withRows } from "./zeros.ts";

/** Channels that ONNX Runtime's INT8 depthwise convolution takes at a time on x86. */
const step = 16;

/** Operators that compute each channel by itself, and give finite numbers for zeros: those that are added times zero are zero. */
const apart: ReadonlySet<string> = new Set([
  ...["Abs", "Add", "Clip", "Elu", "Erf", "Gelu", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Max", "Min"],
  ...["Mul", "Neg", "Relu", "Sigmoid", "Softplus", "Sub", "Sum", "Swish", "Tanh"],
  ...["AveragePool", "GlobalAveragePool", "GlobalMaxPool", "MaxPool"],
]);

/** Values with the same channels, and the convolutions around and among them. */
interface Region {
  readonly values: Set<Value>;
  /** Convolutions over all channels that make the values, and those that read them. */
  readonly makers: Set<Node>;
  readonly readers: Set<Node>;
  readonly depthwise: Set<Node>;
}

/** Channels of zeros for depthwise convolutions whose number of channels is odd to the runtime's kernels. */
export const widenDepthwise: Alternative = {
  name: "widen-depthwise",
  summary: "channels of zeros around depthwise Conv over a number of channels that is no multiple of 16",
  stage: "fuse",
  preserves: "tolerance",
  rules: ["widen-depthwise"],
  defaults: null,
  run: (model: Model, { disabledRules, report }: PassContext<null>): PassResult => {
    if (disabledRules.has("widen-depthwise/widen-depthwise")) return { changes: 0 };
    let changes = 0;
    for (const node of [...model.graph.nodes()]) {
      const channels = depthwiseChannels(node);
      if (channels === undefined || channels % step === 0) continue;
      const region = regionOf(node, channels);
      if (region === undefined) continue;
      widen(model.graph, region, Math.ceil(channels / step) * step);
      changes++;
      report({
        kind: "change",
        rule: "widen-depthwise",
        node: node.name === "" ? node.output.name : node.name,
        reason: `${channels} channels became ${Math.ceil(channels / step) * step}`,
      });
    }
    return { changes, byRule: new Map([["widen-depthwise", changes]]) };
  },
};

/** Constant filters in float32 of a convolution with no bias or a constant one. */
function filtersOf(node: Node): Tensor | undefined {
  if (node.opType !== "Conv" || node.domain !== "") return undefined;
  const filters = constantOf(node.input(1));
  const bias = node.input(2);
  const isPlain = bias === undefined || constantOf(bias)?.dtype === "float32";
  return isPlain && filters?.dtype === "float32" ? filters : undefined;
}

function depthwiseChannels(node: Node): number | undefined {
  const [outputs, inputs] = filtersOf(node)?.shape ?? [];
  const group = intAttr(node, "group", 1);
  return inputs === 1 && group > 1 && group === outputs ? group : undefined;
}

function isDense(node: Node): boolean {
  return filtersOf(node) !== undefined && intAttr(node, "group", 1) === 1;
}

/** All that has the channels of a depthwise convolution; undefined where they leave, or come from, what cannot be widened. */
function regionOf(start: Node, channels: number): Region | undefined {
  const region: Region = { values: new Set(), makers: new Set(), readers: new Set(), depthwise: new Set([start]) };
  const waiting = [start.input(0), start.output];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (region.values.has(value)) continue;
    const found = around(value, channels, region);
    if (found === undefined) return undefined;
    region.values.add(value);
    waiting.push(...found);
  }
  return region;
}

/** The values beside one that have its channels; undefined where it cannot be widened. */
function around(value: Value, channels: number, region: Region): readonly Value[] | undefined {
  const { producer } = value;
  if (producer === undefined || shapeOf(value)?.[1] !== channels || dtypeOf(value) !== "float32") return undefined;
  if (value.isOutput) return undefined;
  const found: Value[] = [];
  if (isDense(producer)) region.makers.add(producer);
  else {
    const beside = carried(producer, region);
    if (beside === undefined) return undefined;
    found.push(...beside);
  }
  for (const use of value.uses) {
    if (use.kind !== "node" || use.node.graph !== value.graph) return undefined;
    const { node, index } = use;
    if (isDense(node) && index === 0) region.readers.add(node);
    else {
      const beside = carried(node, region);
      if (beside === undefined) return undefined;
      found.push(...beside);
    }
  }
  return found;
}

/** All operands and results of an operator that keeps channels apart; undefined for others. Constants must be scalars. */
function carried(node: Node, region: Region): readonly Value[] | undefined {
  const { domain, opType, outputs } = node;
  const [result] = outputs;
  if (domain !== "" || outputs.length !== 1 || result === undefined) return undefined;
  if (depthwiseChannels(node) !== undefined) {
    region.depthwise.add(node);
    return [node.input(0), result].filter((value) => value !== undefined);
  }
  if (!apart.has(opType)) return undefined;
  const inputs = node.inputs.filter((value) => value !== undefined);
  const computed = inputs.filter((value) => !value.isConstant);
  const areScalars = inputs.every((value) => !value.isConstant || sizeOf(constantOf(value)?.shape ?? [2]) === 1);
  return areScalars ? [...computed, result] : undefined;
}

/** Gives a region so many channels, those added all zeros: in place, since the values stay what they are called. */
function widen(graph: Graph, { values, makers, readers, depthwise }: Region, channels: number): void {
  const replace = (node: Node, index: number, change: (tensor: Tensor) => Tensor): void => {
    const old = node.input(index);
    const tensor = constantOf(old);
    if (old === undefined || tensor === undefined) return;
    graph.setInput(node, index, graph.addConstant(`${old.name}_wide`, change(tensor)));
    if (old.uses.size === 0 && graph.constants.has(old)) graph.removeConstant(old);
  };
  for (const node of [...makers, ...depthwise])
    for (const index of [1, 2]) replace(node, index, (tensor) => withRows(tensor, channels));
  for (const node of depthwise) graph.setAttribute(node, "group", attr.int(channels));
  for (const node of readers) replace(node, 1, (filters) => withInputs(filters, channels));
  for (const value of values) {
    const shape = shapeOf(value) ?? [];
    const wide = shape.map((dim, axis) => (axis === 1 ? channels : dim));
    value.type = tensorType("float32", wide);
  }
}
