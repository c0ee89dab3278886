import type { Graph, Node, Value } from "../../../src/ir/index.ts";
import { quantizeU8 } from "../reference/quantize.ts";
import type { ByteFunction } from "./byte-function.ts";
import { byteFunction } from "./byte-function.ts";
import { matchArgmax } from "./match-argmax.ts";
import { matchByteView } from "./match-byte-view.ts";
import { clampLimits } from "./clamp-limits.ts";
import type { Bounds, IntegerOp, IntegerTensor, Quantization } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import type { CoreMatch } from "./core-match.ts";
import { coreMatchers } from "./match-core.ts";
import { matchFloatNode } from "./match-float.ts";
import { matchPatterns } from "./match-patterns.ts";
import { dequantizer, sameQuantization, sampleShape, uint8Parameters } from "./quantized-values.ts";

/** The integer form of a graph's quantized parts: ops in topological order, and why quantizers begin no op. */
export interface IntegerGraph {
  readonly ops: readonly IntegerOp[];
  /** By the value each stands for: uint8 values, and float32 results of products. */
  readonly tensors: ReadonlyMap<Value, IntegerTensor>;
  /** Nodes that could not become integer ops, with the reason. */
  readonly refusals: readonly { readonly node: Node; readonly reason: string }[];
}

/** Finds the ops of a graph whose types are inferred: integer ones round quantizers, float ones for the rest. */
export function matchIntegerGraph(graph: Graph, opset: number): IntegerGraph {
  const tensors = new Map<Value, IntegerTensor>();
  const refusals: { node: Node; reason: string }[] = [];
  const ops: IntegerOp[] = [];
  const reasons = new Map<Node, string>();
  const context: MatchContext = {
    opset,
    refuse: (node, reason) => {
      reasons.set(node, reason);
    },
    tensor: (value, quantization, stored) => {
      const known = tensors.get(value);
      if (known !== undefined) return sameQuantization(known.quantization, quantization) ? known : undefined;
      const shape = sampleShape(value);
      if (shape === undefined) return undefined;
      const own = { name: value.name, shape, quantization };
      const tensor: IntegerTensor = stored === undefined ? own : { ...own, stored };
      tensors.set(value, tensor);
      return tensor;
    },
  };
  const integer = new Map<Node, IntegerOp>();
  const claimed = new Set<Node>();
  for (const node of graph.nodes()) {
    const matched = isQuantizer(node) ? matchQuantizer(node, context) : undefined;
    if (typeof matched === "string") refusals.push({ node, reason: matched });
    else if (matched !== undefined) {
      integer.set(node, matched);
      for (const one of matched.nodes) claimed.add(one);
    }
  }
  for (const [last, op] of matchPatterns(graph, claimed, context)) {
    integer.set(last, op);
    for (const one of op.nodes) claimed.add(one);
  }
  for (const node of graph.nodes()) {
    const open = !claimed.has(node) || (node.opType === "DequantizeLinear" && isReadBesides(node, claimed));
    const matched = integer.get(node) ?? (open ? matchFloat(node, context) : undefined);
    if (matched !== undefined) ops.push(matched);
  }
  const taken = new Set(ops.flatMap(({ nodes }) => nodes));
  const left = [...reasons].filter(([node]) => !taken.has(node)).map(([node, reason]) => ({ node, reason }));
  return { ops, tensors, refusals: [...refusals, ...left] };
}

function isQuantizer(node: Node): boolean {
  return node.domain === "" && node.opType === "QuantizeLinear";
}

/** Whether nodes that belong to no integer op read the result. */
function isReadBesides(node: Node, claimed: ReadonlySet<Node>): boolean {
  return [...node.output.uses].some((use) => use.kind === "node" && !claimed.has(use.node));
}

/** Float32 work that no quantizer claims: products of quantized operands, dequantizers, and plain float operators. */
function matchFloat(node: Node, context: MatchContext): IntegerOp | undefined {
  if (isProduct(node)) {
    const y = context.tensor(node.output, undefined);
    const match = { core: node, quantization: undefined, bounds: [0, 255], behind: [] } as const;
    const op = y === undefined ? undefined : coreMatchers[node.opType]?.({ ...match, y }, context);
    if (op !== undefined && typeof op !== "string") return op;
  }
  if (node.opType === "DequantizeLinear") return matchDequantizer(node, context);
  return matchByteView(node, context) ?? matchArgmax(node, context) ?? matchFloatNode(node, context);
}

function isProduct(node: Node): boolean {
  return node.domain === "" && (node.opType === "Gemm" || node.opType === "MatMul");
}

/** The float32 form of a uint8 tensor, where something computes with it. */
function matchDequantizer(node: Node, context: MatchContext): IntegerOp | undefined {
  const quantization = uint8Parameters(node);
  const source = node.input(0);
  if (quantization === undefined || source === undefined || source.isConstant) return undefined;
  const x = context.tensor(source, quantization);
  const y = context.tensor(node.output, undefined);
  return x === undefined || y === undefined ? undefined : { kind: "convert", name: node.name, nodes: [node], x, y };
}

/** What one quantizer and the nodes before it compute, or why nothing was recognized. */
function matchQuantizer(quantize: Node, context: MatchContext): IntegerOp | string {
  const quantization = uint8Parameters(quantize);
  if (quantization === undefined) return "not per-tensor uint8 with constant parameters";
  const y = context.tensor(quantize.output, quantization);
  if (y === undefined) return "dimensions other than the batch are not static";
  const clamps = clampsBefore(quantize, quantization);
  const core = clamps.value?.producer;
  const fn = combinesTensors(core, clamps.bounds) ? undefined : byteFunction(quantize, context.opset);
  if (fn !== undefined) {
    const from = sourceParameters(fn);
    const x = from === undefined ? undefined : context.tensor(fn.source, from);
    if (x !== undefined) return { kind: "table", name: nameOf(fn.nodes), nodes: fn.nodes, x, y, table: fn.table };
  }
  const matcher = core === undefined || core.domain !== "" ? undefined : coreMatchers[core.opType];
  const entering = (): IntegerOp => ({
    kind: "enter",
    name: quantize.name,
    nodes: [quantize],
    from: quantize.input(0) as Value,
    y,
  });
  if (core === undefined || matcher === undefined || clamps.value?.uses.size !== 1) return entering();
  const match: CoreMatch = { core, y, quantization, bounds: clamps.bounds, behind: [...clamps.nodes, quantize] };
  const op = matcher(match, context);
  if (typeof op !== "string") return op;
  context.refuse(core, op);
  return entering();
}

/** Whether ONNX Runtime computes a sum or product of a tensor with itself by an integer operator, as of any two tensors. */
function combinesTensors(core: Node | undefined, [low, high]: Bounds): boolean {
  const isBinary = core?.domain === "" && (core.opType === "Add" || core.opType === "Mul");
  return isBinary && low === 0 && high === 255 && core.inputs.every((value) => dequantizer(value) !== undefined);
}

function sourceParameters({ nodes, source }: ByteFunction): Quantization | undefined {
  const dq = nodes.find((node) => node.opType === "DequantizeLinear" && node.input(0) === source);
  return dq === undefined ? undefined : uint8Parameters(dq);
}

function nameOf(nodes: readonly Node[]): string {
  const inner = nodes.filter(({ opType }) => opType !== "DequantizeLinear" && opType !== "QuantizeLinear");
  return (inner.at(-1) ?? nodes.at(-1))?.name ?? "";
}

/** The Relu and Clip nodes straight before a quantizer, as bounds of its result. */
function clampsBefore(
  quantize: Node,
  quantization: Quantization,
): { readonly value: Value | undefined; readonly bounds: Bounds; readonly nodes: readonly Node[] } {
  let value = quantize.input(0);
  let [low, high] = [0, 255];
  const nodes: Node[] = [];
  for (;;) {
    const node = value?.producer;
    if (node === undefined || node.domain !== "" || value?.uses.size !== 1) break;
    const limits = clampLimits(node);
    if (limits === undefined) break;
    const [min, max] = limits.map((limit) => quantizeU8(limit, quantization)) as [number, number];
    low = Math.min(Math.max(low, min), max);
    high = Math.max(Math.min(high, max), min);
    nodes.unshift(node);
    value = node.input(0);
  }
  return { value, bounds: [low, high], nodes };
}
