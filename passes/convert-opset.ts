import type { Graph, Model, Node } from "../src/ir/index.ts";
import { cloneModel, restoreModel } from "../src/ir/index.ts";
import { schemaOf } from "../src/ops/schema.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { opsetSteps } from "./opset/table.ts";

/** What came of raising the operator set: the converted nodes, or the nodes that prevent it. */
export type OpsetRaise =
  | { readonly kind: "raised"; readonly from: number; readonly to: number; readonly converted: readonly string[] }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly reasons: readonly { readonly node: string; readonly reason: string }[] };

function labelOf(node: Node): string {
  return `${node.opType} "${node.name === "" ? (node.outputs[0]?.name ?? "") : node.name}"`;
}

/** Nodes of the default domain in the main graph and its subgraphs; bodies of functions keep their own operator sets. */
function* standardNodes(graph: Graph): Iterable<Node> {
  for (const node of graph.allNodes()) if (node.domain === "") yield node;
}

type Refusal = { readonly node: string; readonly reason: string };

function unknownOperators(graph: Graph, to: number): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const node of standardNodes(graph)) {
    const schema = schemaOf("", node.opType, to);
    const convertible = opsetSteps.some((step) => step.ops.includes(node.opType) && step.to <= to);
    if (schema === undefined) refusals.push({ node: labelOf(node), reason: `opset ${to} has no ${node.opType}` });
    else if (schema.deprecated && !convertible)
      refusals.push({ node: labelOf(node), reason: `${node.opType} is deprecated in opset ${to}` });
  }
  return refusals;
}

/**
 * Raises the model's default operator set to `to`, converting what older forms need. The types of values must be known
 * (infer-types). When a node cannot be converted nothing changes and the reasons come back.
 */
export function raiseOpset(model: Model, to: number): OpsetRaise {
  const from = model.opsets.get("");
  if (from === undefined || from >= to) return { kind: "unchanged" };
  const unknown = unknownOperators(model.graph, to);
  if (unknown.length > 0) return { kind: "refused", reasons: unknown };
  const backup = cloneModel(model);
  const converted = new Set<string>();
  const refusals: Refusal[] = [];
  for (let version = from + 1; version <= to; version++) {
    const steps = opsetSteps.filter((step) => step.to === version);
    if (steps.length === 0) continue;
    for (const node of [...standardNodes(model.graph)])
      for (const step of steps) {
        if (!step.ops.includes(node.opType)) continue;
        const label = labelOf(node);
        const reason = step.convert(node);
        if (reason !== undefined) refusals.push({ node: label, reason });
        else converted.add(label);
      }
  }
  if (refusals.length > 0) {
    restoreModel(model, backup);
    return { kind: "refused", reasons: refusals };
  }
  model.opsets.set("", to);
  model.irVersion = Math.max(model.irVersion, leastIrVersion(to));
  return { kind: "raised", from, to, converted: [...converted] };
}

/** The IR version released together with an operator set (onnx/docs/Versioning.md): readers of the one know the other. */
function leastIrVersion(opset: number): number {
  const released = [
    [8, 3], [9, 4], [10, 5], [11, 6], [14, 7], [18, 8], [20, 9], [22, 10], [23, 11], [24, 12], [26, 13],
  ] as const; // prettier-ignore
  for (const [last, ir] of released) if (opset <= last) return ir;
  return 13;
}

/** The version to raise to, and why: the reason goes into the report. */
export interface ConvertOpsetOptions {
  readonly to: number;
  readonly reason: string;
}

/** Raises the operator set when asked. */
export const convertOpset: Pass<ConvertOpsetOptions> = {
  name: "convert-opset",
  summary: "raises the default operator set, converting older operator forms; does nothing unless a version is given",
  stage: "simplify",
  preserves: "bits",
  defaults: { to: 0, reason: "asked for" },
  run: (model, context) => {
    const outcome = raiseOpset(model, context.options.to);
    if (outcome.kind === "refused")
      for (const { node, reason } of outcome.reasons)
        context.report({ kind: "refusal", rule: "convert-opset", node, reason });
    if (outcome.kind !== "raised") return { changes: 0 };
    const { from, to, converted } = outcome;
    const reason = `opset ${from} to ${to} (${context.options.reason}), ${converted.length} nodes converted`;
    context.report({ kind: "change", rule: "convert-opset", node: "", reason });
    return { changes: 1 + converted.length };
  },
};
