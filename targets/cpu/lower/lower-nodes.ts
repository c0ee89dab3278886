import type { Graph, Node, Value } from "../../../src/ir/index.ts";
import { fuseIntegerOps } from "./fuse.ts";
import type { EnterOp, ExitOp, IntegerOp, IntegerTensor } from "./integer-graph.ts";
import { inputsOf, outputOf } from "./integer-graph.ts";
import type { IntegerGraph } from "./match.ts";
import type { FloatStorage } from "../float-workload.ts";
import { storeAsBf16 } from "./store-bf16.ts";
import { placeTensors } from "./place.ts";
import { refuseMixedSamples } from "./refuse-mixed-samples.ts";
import type { LoweredStep } from "./step.ts";
import { lowerSteps } from "./steps.ts";
import { sampleShape } from "./quantized-values.ts";

/** The steps that compute what a set of nodes computes, for one sample. */
export interface LoweredRegion {
  readonly steps: readonly LoweredStep[];
  /** Values that steps read from outside, constants left out. */
  readonly inputs: readonly Value[];
  /** Values that steps write for the outside. */
  readonly outputs: readonly Value[];
}

/** Nodes that integer ops of the graph stand for: what may become part of a region. */
export function coveredNodes({ ops, tensors }: IntegerGraph): ReadonlySet<Node> {
  const covered = new Set<Node>();
  const written = new Set<IntegerTensor>();
  for (const op of ops) {
    if (op.kind === "enter") continue;
    if (!isDequantizer(op)) for (const node of op.nodes) covered.add(node);
    const y = outputOf(op);
    if (y !== undefined) written.add(y);
  }
  const read = new Set(ops.flatMap(inputsOf));
  for (const op of ops) if (op.kind === "enter" && read.has(op.y)) for (const node of op.nodes) covered.add(node);
  for (const op of ops)
    if (isDequantizer(op)) for (const node of op.nodes) if (isPart(node, covered)) covered.add(node);
  for (const [value, tensor] of tensors)
    if (written.has(tensor))
      for (const use of value.uses)
        if (use.kind === "node" && use.node.opType === "DequantizeLinear" && isPart(use.node, covered))
          covered.add(use.node);
  return covered;
}

function isDequantizer({ kind, nodes }: IntegerOp): boolean {
  return kind === "convert" && nodes.every(({ opType }) => opType === "DequantizeLinear");
}

/**
 * A dequantizer belongs to what reads it. That of plain operators stays with them: ONNX Runtime has integer forms of
 * many, and where it moves their quantizers up to a region's float result, that result loses its type.
 */
function isPart({ outputs }: Node, covered: ReadonlySet<Node>): boolean {
  return [...(outputs[0]?.uses ?? [])].some((use) => use.kind === "output" || covered.has(use.node));
}

/**
 * Lowers the ops whose nodes all lie in `nodes`. Values that other nodes or the outside read leave as uint8 or as the
 * float32 results of dequantizers in the set; `products` tells what float32 products are computed in. Throws
 * LoweringRefusal.
 */
export function lowerNodes(
  graph: Graph,
  integer: IntegerGraph,
  nodes: ReadonlySet<Node>,
  products: FloatStorage,
): LoweredRegion {
  const inside = integer.ops.filter((op) => op.nodes.every((node) => nodes.has(node)));
  const made = new Set(inside.map(outputOf));
  const linked = inside.map((op) => linkEntry(op, integer, made));
  const values = new Map([...integer.tensors].map(([value, tensor]) => [tensor, value]));
  refuseMixedSamples(inside, (tensor) => values.get(tensor));
  const entries = linked
    .flatMap(inputsOf)
    .filter((tensor, index, all) => !made.has(tensor) && all.indexOf(tensor) === index)
    .map((tensor): EnterOp => {
      const from = values.get(tensor) as Value;
      return { kind: "enter", name: from.name, nodes: [], from, y: tensor };
    });
  const exits = exitsOf(graph, integer, nodes, made);
  const fused = leaveAsPlanes(withoutUnread(fuseIntegerOps(withoutUnread([...entries, ...linked, ...exits]))));
  const ops = products === "bf16" ? storeAsBf16(fused) : fused;
  return {
    steps: lowerSteps(placeTensors(ops)),
    inputs: [...new Set(ops.flatMap((op) => (op.kind === "enter" ? [op.from] : [])))],
    outputs: exits.map(({ to }) => to),
  };
}

/** A quantizer of a float tensor that the region computes itself converts it; any other lets it in. */
function linkEntry(op: IntegerOp, { tensors }: IntegerGraph, made: ReadonlySet<IntegerTensor | undefined>): IntegerOp {
  if (op.kind !== "enter") return op;
  const x = tensors.get(op.from);
  if (x === undefined || x.stored !== undefined || !made.has(x)) return op;
  return { kind: "convert", name: op.name, nodes: op.nodes, x, y: op.y };
}

/** Linear float32 resizes that only the outside reads write channels first, straight into the region's output. */
function leaveAsPlanes(ops: readonly IntegerOp[]): readonly IntegerOp[] {
  const read = new Set(ops.filter(({ kind }) => kind !== "exit").flatMap(inputsOf));
  return ops.map((op) =>
    op.kind === "resize" && op.mode === "linear" && op.y.quantization === undefined && !read.has(op.y)
      ? { ...op, planar: true }
      : op,
  );
}

/** Ops whose results somebody reads. */
function withoutUnread(ops: readonly IntegerOp[]): readonly IntegerOp[] {
  const read = new Set<IntegerTensor>();
  return [...ops]
    .reverse()
    .filter((op) => {
      const y = outputOf(op);
      if (y !== undefined && !read.has(y)) return false;
      for (const x of inputsOf(op)) read.add(x);
      return true;
    })
    .reverse();
}

/** Values made inside that somebody outside reads: uint8 tensors, and results of dequantizers. */
function exitsOf(
  graph: Graph,
  integer: IntegerGraph,
  nodes: ReadonlySet<Node>,
  made: ReadonlySet<IntegerTensor | undefined>,
): readonly ExitOp[] {
  const exits: ExitOp[] = [];
  const leaves = (value: Value): boolean =>
    [...value.uses].some((use) => use.kind === "output" || !nodes.has(use.node));
  for (const node of graph.nodes()) {
    if (!nodes.has(node)) continue;
    for (const value of node.outputs) {
      if (value === undefined || !leaves(value)) continue;
      const direct = integer.tensors.get(value);
      const source = node.opType === "DequantizeLinear" ? node.input(0) : undefined;
      const quantized = source === undefined ? undefined : integer.tensors.get(source);
      const tensor = quantized !== undefined && made.has(quantized) ? quantized : direct;
      if (tensor === undefined || !made.has(tensor) || sampleShape(value) === undefined) continue;
      exits.push({ kind: "exit", name: value.name, nodes: [node], x: tensor, to: value });
    }
  }
  return exits;
}
