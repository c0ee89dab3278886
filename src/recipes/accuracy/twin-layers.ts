import type { Selection } from "../../../passes/quantize/index.ts";
import type { Graph, Model, Node, Value } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";

/** A layer in INT8 with its twin in float, and where their results are. */
export interface TwinLayer {
  readonly node: string;
  readonly op: string;
  /** First output of the layer's node: what plans of a quantization name layers by. */
  readonly output: string;
  /** Name of the layer's result in the float model. */
  readonly float: string;
  /** Names in the model with twins: the dequantized result, and what the layer gives in float on the same inputs. */
  readonly int8: string;
  readonly twin: string;
  /** Elements of the result; symbolic dimensions count as one. */
  readonly elements: number;
}

/** An INT8 model in which every layer also runs in float, on the dequantized inputs that the INT8 layer reads. */
export interface TwinModel {
  readonly model: Model;
  readonly layers: readonly TwinLayer[];
}

/**
 * Puts beside each INT8 layer of `int8` the layer as it is in the float model `selection` was made for. The clamps and
 * biases that are folded into a layer belong to it. Layers that only move values have no twin: they lose nothing.
 */
export function withTwins(selection: Selection, int8: Model): TwinModel {
  const model = cloneModel(int8);
  const { graph } = model;
  const nodes = new Map(
    [...graph.nodes()].flatMap((node) => node.outputs.map((value) => [value?.name, node] as const)),
  );
  const constants = new Map<Value, Value>();
  const layers = chainsOf(selection).flatMap((chain): readonly TwinLayer[] => {
    const [first] = chain as readonly [Node, ...Node[]];
    const result = chain.at(-1)?.outputs[0];
    const last = nodes.get(result?.name);
    if (result === undefined || last === undefined || !selection.computed.has(result)) return [];
    const dequantized = dequantizedOf(last, result.name);
    if (dequantized === undefined) return [];
    const twin = addTwin(graph, chain, nodes, constants, last);
    if (twin === undefined) return [];
    const shape = result.type?.kind === "tensor" ? (result.type.shape ?? []) : [];
    const elements = shape.reduce((product: number, dim) => product * (typeof dim === "number" ? dim : 1), 1);
    return [
      {
        ...{ node: first.name, op: first.opType, output: first.output.name, float: result.name },
        ...{ int8: dequantized, twin: twin.name, elements },
      },
    ];
  });
  return { model, layers };
}

/** Each INT8 node with what is folded into it, in the order of the graph. */
function chainsOf({ decisions }: Selection): readonly (readonly Node[])[] {
  const chains = new Map<Node, Node[]>();
  for (const [node, decision] of decisions) {
    if (decision.state === "int8") chains.set(node, [node]);
    if (decision.state === "folded") chains.get(decision.into)?.push(node);
  }
  return [...chains.values()];
}

/** The value that readers of a quantized result get. */
function dequantizedOf(last: Node, name: string): string | undefined {
  const value = last.outputs.find((output) => output?.name === name);
  const next = (of: Value | undefined, opType: string): Value | undefined =>
    [...(of?.uses ?? [])].flatMap((use) => (use.kind === "node" && use.node.opType === opType ? [use.node] : []))[0]
      ?.outputs[0];
  return next(next(value, "QuantizeLinear"), "DequantizeLinear")?.name;
}

/** Adds the layer's nodes behind its INT8 ones; undefined where an input has no counterpart. */
function addTwin(
  graph: Graph,
  chain: readonly Node[],
  nodes: ReadonlyMap<string | undefined, Node>,
  constants: Map<Value, Value>,
  last: Node,
): Value | undefined {
  const made = new Map<Value, Value>();
  let anchor = last;
  for (const node of chain) {
    const counterpart = nodes.get(node.output.name);
    const inputs = node.inputs.map((value, index) => {
      if (value === undefined) return undefined;
      const own = made.get(value);
      if (own !== undefined) return own;
      return value.constant === undefined ? counterpart?.inputs[index] : floatConstant(graph, value, constants);
    });
    if (inputs.some((value, index) => value === undefined && node.inputs[index] !== undefined)) return undefined;
    anchor = graph.insertAfter(anchor, {
      ...{ opType: node.opType, domain: node.domain, name: graph.names.fresh(`${node.name}_twin`), inputs },
      attributes: node.attributes,
      outputs: [{ name: graph.names.fresh(`${node.output.name}_twin`), type: node.output.type }],
    });
    made.set(node.output, anchor.output);
  }
  return anchor.output;
}

function floatConstant(graph: Graph, value: Value, known: Map<Value, Value>): Value | undefined {
  const found = known.get(value);
  if (found !== undefined || value.constant === undefined) return found;
  const added = graph.addConstant(graph.names.fresh(`${value.name}_float`), value.constant);
  known.set(value, added);
  return added;
}
