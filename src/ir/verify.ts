import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";
import type { Use } from "./use-list.ts";
import type { Value } from "./value.ts";
import type { Model } from "./model.ts";
import { reads } from "./node.ts";

/** One broken invariant of the graph, with the rule that found it. */
export interface StructuralProblem {
  readonly rule: string;
  readonly message: string;
  readonly node: string | undefined;
  readonly value: string | undefined;
}

/** One rule of the structural verifier: looks at one graph, with the values visible from outside of it. */
export interface StructuralRule {
  readonly name: string;
  check(graph: Graph, report: (message: string, at?: Node | Value) => void): void;
}

/** Nodes read only what is defined before them: own graph earlier, or a graph around. */
const definedBeforeUse: StructuralRule = {
  name: "defined-before-use",
  check(graph, report) {
    const around = new Set<Graph>();
    for (let outer: Graph | undefined = graph; outer !== undefined; outer = outer.parent) around.add(outer);
    const done = new Set<Node>();
    for (const node of graph.nodes()) {
      for (const value of reads(node)) {
        if (value.graph === graph && value.producer !== undefined && !done.has(value.producer))
          report(`"${value.name}" is read before it is computed`, node);
        if (value.producer !== undefined && !value.producer.attached)
          report(`"${value.name}" comes from a removed node`, node);
      }
      for (const value of node.inputs)
        if (value !== undefined && !around.has(value.graph))
          report(`"${value.name}" belongs to a graph that is not visible here`, node);
      done.add(node);
    }
    for (const value of graph.outputs) {
      if (!around.has(value.graph)) report(`output "${value.name}" belongs to a graph that is not visible here`, value);
      if (value.producer !== undefined && !value.producer.attached)
        report(`output "${value.name}" comes from a removed node`, value);
    }
  },
};

/** Every value has an origin: an input, a constant, or a node of its graph. */
const hasOrigin: StructuralRule = {
  name: "has-origin",
  check(graph, report) {
    const inputs = new Set(graph.inputs);
    const check = (value: Value): void => {
      if (value.graph !== graph) return;
      if (value.producer === undefined && value.constant === undefined && !inputs.has(value))
        report(`"${value.name}" has no origin`, value);
      if (value.constant !== undefined && !graph.constants.has(value))
        report(`constant "${value.name}" is not listed in its graph`, value);
    };
    for (const node of graph.nodes()) for (const value of node.inputs) if (value !== undefined) check(value);
    for (const value of graph.outputs) check(value);
  },
};

/** Names of values are unique within a graph and do not hide a name of a graph around. */
const uniqueNames: StructuralRule = {
  name: "unique-names",
  check(graph, report) {
    const seen = new Map<string, Value>();
    const see = (value: Value): void => {
      const other = seen.get(value.name);
      if (other !== undefined && other !== value) report(`name "${value.name}" is given to two values`, value);
      if (value.name === "") report("a value has an empty name", value);
      if (other !== value) seen.set(value.name, value);
    };
    for (const value of graph.inputs) see(value);
    for (const value of graph.constants) see(value);
    for (const node of graph.nodes()) for (const value of node.outputs) if (value !== undefined) see(value);
  },
};

/** Both directions of use-def chains agree. */
const chainsAgree: StructuralRule = {
  name: "chains-agree",
  check(graph, report) {
    const isReal = (use: Use, value: Value): boolean =>
      use.kind === "node" ? use.node.inputs[use.index] === value : use.graph.outputs[use.index] === value;
    const check = (value: Value): void => {
      for (const use of value.uses)
        if (!isReal(use, value)) report(`"${value.name}" lists a reader that does not read it`, value);
    };
    for (const value of graph.inputs) check(value);
    for (const value of graph.constants) check(value);
    for (const node of graph.nodes())
      for (const value of node.outputs) {
        if (value === undefined) continue;
        check(value);
        if (value.producer !== node) report(`"${value.name}" does not point back to the node that computes it`, node);
      }
    for (const node of graph.nodes())
      for (let index = 0; index < node.inputs.length; index++) {
        const value = node.input(index);
        const use = node.useAt(index);
        if (value === undefined || (use?.kind === "node" && use.index === index && value.uses.has(use))) continue;
        report(`input ${index} is not among the uses of "${value.name}"`, node);
      }
  },
};

/** The declared type of a constant is that of its content. */
const constantTypes: StructuralRule = {
  name: "constant-types",
  check(graph, report) {
    for (const value of graph.constants) {
      const { constant, type } = value;
      if (constant === undefined || type?.kind !== "tensor") continue;
      if (type.dtype !== constant.dtype)
        report(`constant "${value.name}" is declared ${type.dtype} and holds ${constant.dtype}`, value);
      if (type.shape?.some((dim, i) => typeof dim === "number" && dim !== constant.shape[i]) ?? false)
        report(`constant "${value.name}" is declared with another shape than it has`, value);
    }
  },
};

/** The structural rules, in the order in which their findings are reported. */
export const structuralRules: readonly StructuralRule[] = [
  hasOrigin,
  uniqueNames,
  chainsAgree,
  definedBeforeUse,
  constantTypes,
];

/** Checks every graph of the model (subgraphs and function bodies too) against the structural rules; linear in its size. */
export function verifyStructure(
  model: Model,
  rules: readonly StructuralRule[] = structuralRules,
): readonly StructuralProblem[] {
  const problems: StructuralProblem[] = [];
  const roots = [model.graph, ...[...model.functions.values()].map((fn) => fn.body)];
  for (const root of roots)
    for (const graph of root.allGraphs())
      for (const rule of rules)
        rule.check(graph, (message, at) => {
          const isNode = at !== undefined && "opType" in at;
          problems.push({
            rule: rule.name,
            message,
            node: isNode ? at.name || at.opType : undefined,
            value: at !== undefined && !isNode ? at.name : undefined,
          });
        });
  return problems;
}
