import type { Graph, Node, Value } from "../../src/ir/index.ts";
import { dtypes } from "../../src/ir/index.ts";
import { dtypeOf, shapeOf } from "../support/facts.ts";
import { FlowNetwork } from "./min-cut.ts";
import type { Permutation } from "./permutation.ts";
import { invert, permutationOf } from "./permutation.ts";
import type { Relayout } from "./relayout.ts";
import { relayout } from "./relayout.ts";

/** A symbolic or unknown dimension counts as this many elements. */
const assumedDim = 32;

/** Bytes that a Transpose of the value moves; at least 1. */
function weightOf(value: Value): number {
  const dtype = dtypeOf(value);
  let bytes = (dtype === undefined ? 32 : dtypes[dtype].bits) / 8;
  for (const dim of shapeOf(value) ?? []) bytes *= typeof dim === "number" ? dim : assumedDim;
  return Math.max(1, bytes);
}

/** True for a Transpose by exactly this permutation. */
function isTransposeBy(node: Node | undefined, perm: Permutation): boolean {
  if (node === undefined || node.opType !== "Transpose" || node.domain !== "") return false;
  const own = permutationOf(node);
  return own !== undefined && own.length === perm.length && own.every((axis, i) => axis === perm[i]);
}

/** True for a Transpose of the default domain. */
export function isTranspose(node: Node): boolean {
  return node.opType === "Transpose" && node.domain === "";
}

/** The nodes reachable from transposes by `perm` or its inverse through nodes that work in every layout. */
function candidates(graph: Graph, perm: Permutation, opset: number, rounding: boolean): ReadonlyMap<Node, Relayout> {
  const inverse = invert(perm);
  const found = new Map<Node, Relayout>();
  const waiting: Value[] = [];
  for (const node of graph.nodes()) {
    if (isTransposeBy(node, perm)) waiting.push(node.output);
    if (isTransposeBy(node, inverse) && node.inputs[0] !== undefined) waiting.push(node.inputs[0]);
  }
  const visit = (node: Node | undefined): void => {
    if (node === undefined || node.graph !== graph || found.has(node) || isTranspose(node)) return;
    const plan = relayout(node, perm, opset, rounding);
    if (plan === undefined) return;
    found.set(node, plan);
    for (const index of plan.data) waiting.push(node.inputs[index] as Value);
    for (const output of node.outputs) if (output !== undefined) waiting.push(output);
  };
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    visit(value.producer);
    for (const use of value.uses) if (use.kind === "node") visit(use.node);
  }
  return found;
}

/** Which nodes change layout, and the transposes by the permutation whose input is the new layout of their output. */
export interface LayoutChange {
  readonly plans: ReadonlyMap<Node, Relayout>;
  readonly openers: ReadonlySet<Node>;
}

/**
 * The transposes that begin a stretch of permuted data; those by the inverse end one. Where the permutation is its own
 * inverse they alternate on every way through nodes that work in every layout.
 */
function openersOf(graph: Graph, perm: Permutation, plans: ReadonlyMap<Node, Relayout>): ReadonlySet<Node> {
  const openers = new Set<Node>();
  const isOwnInverse = invert(perm).every((axis, i) => axis === perm[i]);
  const inside = new Set<Value>();
  for (const node of graph.nodes()) {
    if (isTransposeBy(node, perm)) {
      if (isOwnInverse && inside.has(node.inputs[0] as Value)) continue;
      openers.add(node);
      inside.add(node.output);
    } else if (plans.get(node)?.data.some((index) => inside.has(node.inputs[index] as Value)) === true)
      for (const output of node.outputs) if (output !== undefined) inside.add(output);
  }
  return openers;
}

/** A value between nodes that may change layout, and who wants it in which layout. */
interface Meeting {
  readonly weight: number;
  /** In the new layout already, in the old one for good, or as its producer is. */
  readonly home: "new" | "old" | Node;
  /** Readers that may change layout. */
  readonly readers: ReadonlySet<Node>;
  /** Whether something reads it that stays in the old layout. */
  readonly isReadInOld: boolean;
  /** Whether a Transpose turns it to the new layout. */
  readonly isClosed: boolean;
}

function meetingsOf(graph: Graph, perm: Permutation, change: LayoutChange): readonly Meeting[] {
  const { plans, openers } = change;
  const inverse = invert(perm);
  return [...touchedValues(plans)].map((value) => {
    const { producer } = value;
    const readers = new Set<Node>();
    let [isReadInOld, isClosed] = [false, false];
    for (const use of value.uses) {
      const reader = use.kind === "node" && use.node.graph === graph ? use.node : undefined;
      if (use.kind !== "node" || reader === undefined) isReadInOld = true;
      else if (plans.get(reader)?.data.includes(use.index) === true) readers.add(reader);
      else if (!isTranspose(reader) || openers.has(reader)) isReadInOld = true;
      else if (isTransposeBy(reader, inverse)) isClosed = true;
    }
    const isOpened = producer !== undefined && openers.has(producer);
    const home = isOpened ? "new" : producer !== undefined && plans.has(producer) ? producer : "old";
    return { weight: weightOf(value), home, readers, isReadInOld, isClosed };
  });
}

/** How many of the values need a Transpose when these nodes change layout. */
function countTransposes(meetings: readonly Meeting[], changed: ReadonlySet<Node>): number {
  return meetings.filter(({ home, readers, isReadInOld, isClosed }) => {
    const isNew = home === "new" || (home !== "old" && changed.has(home));
    const states = [...readers].map((reader) => changed.has(reader));
    return isNew ? isReadInOld || states.includes(false) : isClosed || states.includes(true);
  }).length;
}

/**
 * Chooses which nodes shall work on data whose axes are permuted by the inverse of `perm`, so that all transposes together
 * move the fewest bytes: a minimum cut. On the source's side nodes change layout; each value whose producer and readers
 * end on different sides costs its bytes once. Of equally good choices the one that changes least is taken, so that what
 * is already best stays as it is; one that takes more transposes than before is not taken. `rounding` admits nodes that may
 * round differently in another layout.
 */
export function chooseLayouts(graph: Graph, perm: Permutation, opset: number, rounding: boolean): LayoutChange {
  const plans = candidates(graph, perm, opset, rounding);
  const openers = openersOf(graph, perm, plans);
  if (plans.size === 0) return { plans, openers };
  const meetings = meetingsOf(graph, perm, { plans, openers });
  const network = new FlowNetwork();
  const [source, sink] = [0, 1];
  const numbers = new Map<Node, number>();
  for (const node of plans.keys()) numbers.set(node, network.addNode());
  const numberOf = (node: Node): number => numbers.get(node) ?? sink;
  for (const { weight, home, readers, isReadInOld, isClosed } of meetings) {
    const place = home === "new" ? source : home === "old" ? sink : numberOf(home);
    const [leaves, enters] = [network.addNode(), network.addNode()];
    network.addEdge(place, leaves, weight);
    network.addEdge(enters, place, weight);
    for (const reader of readers) {
      network.addEdge(leaves, numberOf(reader), Infinity);
      network.addEdge(numberOf(reader), enters, Infinity);
    }
    if (isReadInOld) network.addEdge(leaves, sink, Infinity);
    if (isClosed) network.addEdge(source, enters, Infinity);
  }
  const side = network.sourceSide();
  const chosen = new Map([...plans].filter(([node]) => side.has(numberOf(node))));
  const isWorse = countTransposes(meetings, new Set(chosen.keys())) > countTransposes(meetings, new Set());
  return { plans: isWorse ? new Map() : chosen, openers };
}

function touchedValues(plans: ReadonlyMap<Node, Relayout>): ReadonlySet<Value> {
  const values = new Set<Value>();
  for (const [node, plan] of plans) {
    for (const index of plan.data) values.add(node.inputs[index] as Value);
    for (const output of node.outputs) if (output !== undefined) values.add(output);
  }
  return values;
}
