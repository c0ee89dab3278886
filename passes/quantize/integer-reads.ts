import type { Node, Value } from "../../src/ir/index.ts";
import type { OperatorPolicy, QuantizationDialect } from "./dialect.ts";
import type { NodeDecision } from "./selection.ts";

/** What becomes of each node, as far as decided. */
export type Decisions = ReadonlyMap<Node, NodeDecision>;

/** The dialect's line for a node; undefined for operators it has none for. */
export function policyOf(dialect: QuantizationDialect, node: Node): OperatorPolicy | undefined {
  return node.domain === "" ? dialect.operators[node.opType] : undefined;
}

/** The inputs that carry activations. */
export function activationsOf(node: Node, policy: OperatorPolicy): readonly Value[] {
  const inputs = policy.activations === "all" ? node.inputs : policy.activations.map((i) => node.input(i));
  return inputs.filter((value) => value !== undefined);
}

/** True when input `index` of `node` is an activation of an INT8 node. */
export function readsInt8(dialect: QuantizationDialect, decisions: Decisions, node: Node, index: number): boolean {
  const policy = policyOf(dialect, node);
  if (policy === undefined || decisions.get(node)?.state !== "int8") return false;
  return policy.activations === "all" || policy.activations.includes(index);
}

/** True when an INT8 node reads the value as an activation. */
export function isReadAsInteger(dialect: QuantizationDialect, decisions: Decisions, value: Value): boolean {
  for (const use of value.uses)
    if (use.kind === "node" && readsInt8(dialect, decisions, use.node, use.index)) return true;
  return false;
}
