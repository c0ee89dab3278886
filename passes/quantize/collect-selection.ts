import type { Graph, Node, Value } from "../../src/ir/index.ts";
import type { QuantizationDialect } from "./dialect.ts";
import type { Decisions } from "./integer-reads.ts";
import { activationsOf, isReadAsInteger, policyOf, readsInt8 } from "./integer-reads.ts";
import type { NodeDecision, Selection } from "./selection.ts";
import { valueGroups } from "./value-groups.ts";

/** What was decided, from which the rest of a selection follows. */
export interface Decided extends Pick<Selection, "limits" | "weighted"> {
  readonly decisions: Decisions;
  /** For each INT8 node the value that carries its result: its output, or that of the last node folded into it. */
  readonly results: ReadonlyMap<Node, Value>;
}

/** Finds which values get Q/DQ and which of them share a scale, once it is decided which nodes are INT8. */
export function collectSelection(graph: Graph, dialect: QuantizationDialect, decided: Decided): Selection {
  const { decisions, results, limits, weighted } = decided;
  const values = new Set<Value>();
  const constants = new Set<Value>();
  const groups = valueGroups<Value>();
  const moved = new Set<Value>();
  const computed = new Set<Value>();
  const integerInputs: { readonly node: Node; readonly index: number }[] = [];
  for (const [node, decision] of decisions) {
    const policy = policyOf(dialect, node);
    if (decision.state !== "int8" || policy === undefined) continue;
    const inputs = activationsOf(node, policy);
    for (const value of inputs) (value.isConstant ? constants : values).add(value);
    node.inputs.forEach((_value, index) => {
      if (readsInt8(dialect, decisions, node, index)) integerInputs.push({ node, index });
    });
    const isMover = policy.role === "mover";
    for (const output of isMover ? node.outputs : [results.get(node)]) {
      if (output === undefined) continue;
      const isWanted = policy.floatOutput !== true || isReadAsInteger(dialect, decisions, output);
      if (dialect.outputs === "quantized" && isWanted) {
        values.add(output);
        computed.add(output);
      }
      if (!isMover) continue;
      for (const input of inputs) if (policy.rescales !== true || input.uses.size === 1) groups.join(input, output);
      if (policy.rescales !== true) moved.add(output);
    }
  }
  return {
    decisions: inGraphOrder(graph, decisions),
    values: [...values],
    computed,
    integerInputs,
    constants: [...constants],
    rangeSources: rangeSources([...values], groups.of, moved),
    limits,
    weighted,
  };
}

function inGraphOrder(graph: Graph, decisions: Decisions): Decisions {
  const ordered = new Map<Node, NodeDecision>();
  for (const node of graph.nodes()) {
    const decision = decisions.get(node);
    if (decision !== undefined) ordered.set(node, decision);
  }
  return ordered;
}

/** The values of each group whose own range counts: those that no mover made. */
function rangeSources(
  values: readonly Value[],
  groupOf: (value: Value) => Value,
  moved: ReadonlySet<Value>,
): ReadonlyMap<Value, readonly Value[]> {
  const members = new Map<Value, Value[]>();
  for (const value of values) {
    if (moved.has(value)) continue;
    const group = members.get(groupOf(value));
    if (group === undefined) members.set(groupOf(value), [value]);
    else group.push(value);
  }
  return new Map(values.map((value) => [value, members.get(groupOf(value)) ?? [value]]));
}
