import type { Graph, Node, Value } from "../../src/ir/index.ts";
import { constantOf } from "../support/facts.ts";
import { expectedBytes, mayEvaluate } from "./evaluate.ts";
import { constantBytes, nodeBytes } from "./size.ts";

/** Nodes that constants alone decide and that share intermediate values or large constants; folded together or one by one. */
export interface FoldGroup {
  /** In topological order. */
  readonly nodes: readonly Node[];
}

/** Constants from this size on join their readers: only when all of them are folded does the constant go away. */
const joiningBytes = 256;

/** The nodes of a graph that may be evaluated now or after others of them, in topological order. */
function foldableNodes(graph: Graph, accepts: (node: Node) => boolean): ReadonlySet<Node> {
  const nodes = new Set<Node>();
  const isKnown = (value: Value): boolean =>
    constantOf(value) !== undefined || (value.producer !== undefined && nodes.has(value.producer));
  for (const node of graph.nodes()) {
    const reads = node.inputs.filter((input) => input !== undefined);
    if (reads.length > 0 && reads.every(isKnown) && accepts(node) && mayEvaluate(node)) nodes.add(node);
  }
  return nodes;
}

/** Splits the foldable nodes of a graph that are accepted into groups that have nothing to do with each other. */
export function foldGroups(graph: Graph, accepts: (node: Node) => boolean): readonly FoldGroup[] {
  const nodes = foldableNodes(graph, accepts);
  const leaders = new Map<Node, Node>();
  const leaderOf = (node: Node): Node => {
    let at = node;
    for (let next = leaders.get(at); next !== undefined; next = leaders.get(at)) at = next;
    if (at !== node) leaders.set(node, at);
    return at;
  };
  const join = (a: Node, b: Node): void => {
    const [first, second] = [leaderOf(a), leaderOf(b)];
    if (first !== second) leaders.set(second, first);
  };
  const firstReader = new Map<Value, Node>();
  for (const node of nodes)
    for (const input of node.inputs) {
      if (input?.producer !== undefined && nodes.has(input.producer)) join(input.producer, node);
      if (input === undefined || (constantOf(input)?.byteLength ?? 0) < joiningBytes) continue;
      const other = firstReader.get(input);
      if (other === undefined) firstReader.set(input, node);
      else join(other, node);
    }
  const groups = new Map<Node, Node[]>();
  for (const node of nodes) {
    const leader = leaderOf(node);
    const members = groups.get(leader);
    if (members === undefined) groups.set(leader, [node]);
    else members.push(node);
  }
  return [...groups.values()].map((members) => ({ nodes: members }));
}

/** The values of a group that something outside of it reads. */
export function resultsOf(nodes: readonly Node[]): readonly Value[] {
  const members = new Set(nodes);
  const isReadOutside = (value: Value): boolean => {
    for (const use of value.uses) if (use.kind === "output" || !members.has(use.node)) return true;
    return false;
  };
  return nodes.flatMap(
    (node) => node.outputs.filter((output) => output !== undefined && isReadOutside(output)) as Value[],
  );
}

/** Bytes that go away with the nodes: their own, and those of the constants that nothing else reads. */
export function bytesFreedBy(nodes: readonly Node[]): number {
  const members = new Set(nodes);
  const constants = new Set<Value>();
  let bytes = 0;
  for (const node of nodes) {
    bytes += nodeBytes(node);
    for (const input of node.inputs) if (input !== undefined && constantOf(input) !== undefined) constants.add(input);
  }
  for (const value of constants) {
    const isFreed = [...value.uses].every((use) => use.kind === "node" && members.has(use.node));
    if (isFreed && value.constant !== undefined) bytes += constantBytes(value.constant, value.name);
  }
  return bytes;
}

/** Bytes of the results as far as their types tell: a lower bound. */
export function expectedBytesOf(results: readonly Value[]): number {
  return results.reduce((sum, value) => sum + expectedBytes(value), 0);
}
