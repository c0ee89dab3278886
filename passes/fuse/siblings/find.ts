import type { Graph, Node, Tensor, Value } from "../../../src/ir/index.ts";
import { dtypes, equalTensors, intAttr, sizeOf } from "../../../src/ir/index.ts";
import { traitsOf } from "../../../src/ops/index.ts";
import { constantOf, rankOf } from "../../support/facts.ts";

/** One of several operators on the same input, with what follows it alike in all of them. */
export interface Sibling {
  readonly node: Node;
  readonly weight: Tensor;
  /** One number for each output channel, or undefined where there is none. */
  readonly bias: Tensor | undefined;
  /** The Add that brings the bias of a MatMul. */
  readonly add: Node | undefined;
  /** Elementwise operators after it, the same in every sibling. */
  readonly epilogue: readonly Node[];
}

/** Operators on one input that may become one. */
export interface SiblingGroup {
  /** Name of the first operator, or of its output where it has none. */
  readonly name: string;
  readonly siblings: readonly Sibling[];
  /** Axis of the weights along which the output channels lie. */
  readonly weightAxis: number;
  /** Axis of the outputs along which the channels lie. */
  readonly outputAxis: number;
}

/** Where the output channels of an operator that qualifies lie. */
interface Channels {
  readonly weightAxis: number;
  readonly outputAxis: number;
}

function channelsOf(node: Node, weight: Tensor): Channels | undefined {
  switch (node.opType) {
    case "Conv":
      return intAttr(node, "group", 1) === 1 ? { weightAxis: 0, outputAxis: 1 } : undefined;
    case "Gemm":
      return weight.shape.length === 2
        ? { weightAxis: intAttr(node, "transB", 0) === 0 ? 1 : 0, outputAxis: 1 }
        : undefined;
    case "MatMul": {
      const rank = rankOf(node.output);
      return weight.shape.length === 2 && rank !== undefined ? { weightAxis: 1, outputAxis: rank - 1 } : undefined;
    }
    default:
      return undefined;
  }
}

interface Candidate extends Sibling, Channels {
  readonly key: string;
}

/** Groups of at least two operators of one graph, in the order of their first members. */
export function findSiblings(graph: Graph): readonly SiblingGroup[] {
  const ids = new Map<Value, number>();
  const byKey = new Map<string, Candidate[]>();
  for (const node of graph.nodes()) {
    const input = node.input(0);
    // A single reader has no sibling; this keeps most of the graph out cheaply.
    if (input === undefined || input.uses.size < 2) continue;
    const candidate = candidateOf(node, idOf(ids, input));
    if (candidate === undefined) continue;
    const list = byKey.get(candidate.key);
    if (list === undefined) byKey.set(candidate.key, [candidate]);
    else list.push(candidate);
  }
  return [...byKey.values()].filter((list) => list.length > 1).map(groupOf);
}

function idOf(ids: Map<Value, number>, value: Value): number {
  let id = ids.get(value);
  if (id === undefined) ids.set(value, (id = ids.size));
  return id;
}

function candidateOf(node: Node, input: number): Candidate | undefined {
  if (node.domain !== "") return undefined;
  const weightValue = node.input(1);
  const weight = constantOf(weightValue);
  if (weight === undefined || weightValue?.uses.size !== 1 || node.output.isOutput) return undefined;
  const { kind, bits } = dtypes[weight.dtype];
  const channels = channelsOf(node, weight);
  if (channels === undefined || kind !== "float" || bits < 16) return undefined;
  const outputs = weight.shape[channels.weightAxis] as number;
  const add = node.opType === "MatMul" ? biasAdd(node, outputs) : undefined;
  const bias = add === undefined ? constantOf(node.input(2)) : constantOf(add.inputs.find((v) => v !== node.output));
  if (add === undefined && node.input(2) !== undefined && !isPerChannel(bias, outputs)) return undefined;
  const rest = weight.shape.map((dim, axis) => (axis === channels.weightAxis ? "*" : dim));
  const attributes = [...node.attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) =>
        `${name}=${JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part))}`,
    );
  const key = [node.opType, input, weight.dtype, rest.join(), attributes.join(), add !== undefined].join("|");
  return { ...channels, key, node, weight, bias, add, epilogue: [] };
}

function isPerChannel(bias: Tensor | undefined, outputs: number): boolean {
  return bias?.shape.length === 1 && sizeOf(bias.shape) === outputs;
}

/** The Add of one constant per output channel that alone reads a MatMul. */
function biasAdd(node: Node, outputs: number): Node | undefined {
  const user = node.output.soleUser;
  if (user?.domain !== "" || user.opType !== "Add" || user.graph !== node.graph) return undefined;
  const other = user.inputs.find((value) => value !== node.output);
  return isPerChannel(constantOf(other), outputs) ? user : undefined;
}

function groupOf(candidates: readonly Candidate[]): SiblingGroup {
  const [first] = candidates as [Candidate, ...Candidate[]];
  const tails = candidates.map(({ node, add }) => add ?? node);
  const epilogues: Node[][] = candidates.map(() => []);
  for (let users = commonUsers(tails); users !== undefined; users = commonUsers(users))
    users.forEach((user, i) => epilogues[i]?.push(user));
  return {
    name: first.node.name === "" ? first.node.output.name : first.node.name,
    siblings: candidates.map((candidate, i) => ({ ...candidate, epilogue: epilogues[i] ?? [] })),
    weightAxis: first.weightAxis,
    outputAxis: first.outputAxis,
  };
}

/** The only readers of all values, when they are one elementwise operator with equal attributes and equal constants. */
function commonUsers(nodes: readonly Node[]): readonly Node[] | undefined {
  const users: Node[] = [];
  for (const node of nodes) {
    const user = node.output.soleUser;
    if (user === undefined || user.graph !== node.graph || user.input(0) !== node.output) return undefined;
    users.push(user);
  }
  const [first] = users as [Node, ...Node[]];
  if (traitsOf(first.domain, first.opType).elementwise !== "unary" || first.outputs.length !== 1) return undefined;
  return users.every((user) => isAlike(first, user)) ? users : undefined;
}

function isAlike(a: Node, b: Node): boolean {
  if (a.opType !== b.opType || a.domain !== b.domain || a.inputs.length !== b.inputs.length) return false;
  if (a.attributes.size !== b.attributes.size) return false;
  for (const [name, value] of a.attributes) {
    const other = b.attributes.get(name);
    if (other === undefined || value.kind !== "float" || other.kind !== "float" || value.value !== other.value)
      return false;
  }
  return a.inputs.every((value, i) => {
    if (i === 0) return true;
    const other = b.inputs[i];
    if (value === undefined || other === undefined) return value === other;
    // The merged operator stands where the first one did: what is computed later is not there yet.
    if (value === other && value.producer === undefined) return true;
    const left = constantOf(value);
    const right = constantOf(other);
    // Only constants of one element: others would be split along with the channels.
    return left !== undefined && right !== undefined && sizeOf(left.shape) === 1 && equalTensors(left, right);
  });
}

/** The lengths along the channel axis, as Split wants them. */
export function channelCounts(group: SiblingGroup): readonly number[] {
  return group.siblings.map(({ weight }) => weight.shape[group.weightAxis] as number);
}
