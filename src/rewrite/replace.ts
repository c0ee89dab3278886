import type { Node, Value } from "../ir/index.ts";
import type { RecordingBuilder } from "./builder.ts";
import type { Match } from "./match.ts";

/** What a replacement touched: the nodes removed and the values that lost readers by it. */
export interface Replaced {
  readonly removed: readonly Node[];
  readonly released: readonly Value[];
  /** Nodes that read a replaced value before and read its replacement now. */
  readonly readers: readonly Node[];
}

/**
 * Puts new values in the place of the root's outputs, removes the matched nodes that nothing reads any more and the
 * constants only they read. The new nodes take over the names of root and outputs, new constants the names of those gone.
 */
export function replaceMatch(
  match: Match,
  values: readonly (Value | undefined)[],
  { made, constants }: RecordingBuilder,
): Replaced {
  const { graph, root } = match;
  const names: (readonly [Value, string])[] = [];
  const readers = new Set<Node>();
  root.outputs.forEach((output, i) => {
    const value = values[i];
    if (output === undefined || value === undefined) return;
    names.push([value, output.name]);
    value.type ??= output.type;
    for (const use of output.uses) if (use.kind === "node" && use.node.graph === graph) readers.add(use.node);
    graph.replaceUses(output, value);
  });
  inheritFrom(match, values[0], made);
  const removed = removeDead(match);
  const released = [...new Set(removed.reads)].filter((value) => value.graph !== graph || isAlive(value));
  for (const [value, name] of names)
    if (value.producer !== undefined && made.includes(value.producer) && !value.isOutput && value.name !== name)
      graph.rename(value, name);
  // Several constants may be made of one: the first takes over its name.
  for (const [value, name] of constants) if (removed.constants.delete(name)) graph.rename(value, name);
  return { removed: removed.nodes, released, readers: [...readers] };
}

/** The new node is called as the matched node of its operator, which users know it by, else as the root. */
function inheritFrom({ root, nodes }: Match, value: Value | undefined, made: readonly Node[]): void {
  const node = value?.producer;
  if (node === undefined || !made.includes(node)) return;
  const namesake = [root, ...nodes].find((old) => old.opType === node.opType && old.domain === node.domain) ?? root;
  node.name = namesake.name;
  node.docString = namesake.docString;
  node.metadata = namesake.metadata;
}

function isAlive(value: Value): boolean {
  return value.producer === undefined || value.producer.attached;
}

/** Removes the matched nodes from the root upwards as far as nothing reads them; nodes in a match are few. */
function removeDead(match: Match): {
  readonly nodes: readonly Node[];
  readonly reads: readonly Value[];
  readonly constants: Set<string>;
} {
  const { graph } = match;
  const constants = new Set<string>();
  const nodes: Node[] = [];
  const reads: Value[] = [];
  const waiting = new Set(match.nodes);
  for (let again = true; again;) {
    again = false;
    for (const node of waiting) {
      if (node.outputs.some((output) => (output?.uses.size ?? 0) > 0)) continue;
      const inputs = node.inputs.filter((input) => input !== undefined);
      graph.remove(node);
      waiting.delete(node);
      nodes.push(node);
      again = true;
      for (const input of inputs) {
        if (!input.isConstant || input.uses.size > 0) reads.push(input);
        else {
          input.graph.removeConstant(input);
          if (input.graph === graph) constants.add(input.name);
        }
      }
    }
  }
  return { nodes, reads, constants };
}
