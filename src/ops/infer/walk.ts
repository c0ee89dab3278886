import type { Attribute, Dim, Graph, Model, ModelFunction, Node, Tensor, Value, ValueType } from "../../ir/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import type { InferContext, InferResult } from "../types.ts";
import type { Scope } from "./scope.ts";
import { functionKey, printType, tensorType } from "../../ir/index.ts";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { opsDiagnostics } from "../../diagnostics/codes/ops.ts";
import { mergeTypes, sameType } from "../type-algebra.ts";
import { schemaOf } from "../schema.ts";
import { isSize } from "./elements.ts";
import { inferenceOf } from "./registry.ts";
import { constantIn, contentIn, trialScope, typeIn } from "./scope.ts";
import { typesFromSchema } from "./schema-types.ts";

/** What a walk over a model gathers. */
export interface Walk {
  readonly functions: Model["functions"];
  /** Outputs of the main graph: their declared symbols are part of the interface and stay. */
  readonly interfaceValues: ReadonlySet<Value>;
  readonly strict: boolean;
  /** What wins when a declared and an inferred type contradict each other without a diagnostic. */
  readonly onConflict: "report" | "replace";
  readonly problems: Diagnostic[];
  /** Operators without inference, with the number of nodes. */
  readonly unknownOps: Map<string, number>;
  changed: number;
  /** Depth of subgraphs: what is wrong there may never run. */
  branchDepth: number;
  trialDepth: number;
  /** Functions being called, outermost first: a function that calls itself ends there. */
  readonly calls: ModelFunction[];
  /** Nodes of function bodies that may still be visited: bounds calls of calls of calls. */
  bodyBudget: number;
}

/** Trials inside trials take exponential time; deeper loops go by what they declare. */
const maxTrialDepth = 3;

/** Infers all nodes of a graph, in order. */
export function walkGraph(walk: Walk, scope: Scope, graph: Graph): void {
  for (const value of graph.constants) {
    const { constant } = value;
    if (constant !== undefined && (value.type === undefined || !value.isInput))
      value.type = tensorType(constant.dtype, constant.shape);
  }
  let index = 0;
  for (const node of graph.nodes()) walkNode(walk, scope, node, index++);
}

/** Infers one node and keeps the types and contents of its outputs. */
export function walkNode(walk: Walk, scope: Scope, node: Node, index: number): void {
  const inputs: (ValueType | undefined)[] = [];
  for (const value of node.inputs) inputs.push(value === undefined ? undefined : typeIn(scope, value));
  const where = { node: node.name === "" ? `${node.opType} ${index}` : node.name };
  let result: InferResult;
  try {
    result = inferNode(walk, scope, node, inputs);
  } catch (error) {
    if (!(error instanceof InferOptError)) throw error;
    report(walk, { ...error.diagnostic, where: { ...where, ...error.diagnostic.where } });
    const schema = schemaOf(node.domain, node.opType, scope.opsets.get(node.domain) ?? 0);
    result = { types: typesFromSchema(schema, inputs, node.outputs.length) };
  }
  for (let i = 0; i < node.outputs.length; i++) {
    const value = node.outputs[i];
    if (value === undefined) continue;
    keepType(walk, scope, value, result.types[i], where);
    const content = result.shapeValues?.[i];
    if (content !== undefined) scope.contents.set(value, content);
    const constant = result.constants?.[i];
    if (constant !== undefined) scope.constants.set(value, constant);
  }
}

function report(walk: Walk, problem: Diagnostic): void {
  if (walk.trialDepth > 0) return;
  const mayNotRun = walk.branchDepth > 0 && problem.severity === "error";
  walk.problems.push(mayNotRun ? { ...problem, severity: "warning" } : problem);
}

/** Merges an inferred type into what is declared of a value, and reports contradictions. */
function keepType(
  walk: Walk,
  scope: Scope,
  value: Value,
  inferred: ValueType | undefined,
  where: { readonly node?: string },
): void {
  const declared = typeIn(scope, value);
  if (scope.types === undefined && declared === value.type && sameType(declared, inferred)) return;
  const prefer = walk.interfaceValues.has(value) ? "declared" : "inferred";
  const merged = mergeTypes(declared, inferred, prefer);
  if (merged.conflict !== undefined && walk.onConflict === "report") {
    const names = { value: value.name, declared: printType(declared), inferred: printType(inferred) };
    const place = { ...where, value: value.name };
    if (merged.conflict === "type") report(walk, opsDiagnostics.typeContradiction(names, place));
    else {
      const problem = opsDiagnostics.shapeContradiction(names, place);
      report(walk, walk.strict ? { ...problem, severity: "error" } : problem);
    }
  }
  if (scope.types !== undefined) scope.types.set(value, merged.type);
  else if (!sameType(value.type, merged.type)) {
    value.type = merged.type;
    walk.changed++;
  }
}

function inferNode(walk: Walk, scope: Scope, node: Node, inputs: readonly (ValueType | undefined)[]): InferResult {
  const called =
    walk.functions.size > 0 ? walk.functions.get(functionKey(node.domain, node.opType, node.overload)) : undefined;
  if (called !== undefined) return inferCall(walk, scope, node, inputs, called);
  const opset = scope.opsets.get(node.domain);
  const infer = opset === undefined ? undefined : inferenceOf(node.domain, node.opType);
  const schema = opset === undefined ? undefined : schemaOf(node.domain, node.opType, opset);
  if (infer === undefined || opset === undefined || schema === undefined) {
    if (walk.trialDepth === 0 && schema === undefined) {
      const name = node.domain === "" ? node.opType : `${node.domain}::${node.opType}`;
      walk.unknownOps.set(name, (walk.unknownOps.get(name) ?? 0) + 1);
    }
    if (infer === undefined || opset === undefined)
      return { types: typesFromSchema(schema, inputs, node.outputs.length) };
  }
  const result = infer(new NodeContext(walk, scope, node, opset, inputs));
  for (const type of result.types) if (type !== undefined) checkSizes(node, type);
  const missing = node.outputs.some((value, i) => value !== undefined && result.types[i] === undefined);
  if (!missing) return result;
  const fallback = typesFromSchema(schema, inputs, node.outputs.length);
  return { ...result, types: fallback.map((type, i) => result.types[i] ?? type) };
}

/** Whatever an operator computes from damaged attributes, no dimension is negative. */
function checkSizes(node: Node, type: ValueType): void {
  if (type.kind !== "tensor") return;
  for (const dim of type.shape ?? [])
    if (typeof dim === "number" && !isSize(dim))
      fail(opsDiagnostics.badNode({ op: node.opType, detail: `the output would be ${printType(type)}` }));
}

/** One node as its inference function sees it; a class, so that it is one object and not one for each function. */
class NodeContext implements InferContext {
  readonly node: Node;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly opset: number;
  readonly inputs: readonly (ValueType | undefined)[];
  readonly #walk: Walk;
  readonly #scope: Scope;

  constructor(walk: Walk, scope: Scope, node: Node, opset: number, inputs: readonly (ValueType | undefined)[]) {
    this.node = node;
    this.attributes = resolveAttributes(scope, node.attributes);
    this.opset = opset;
    this.inputs = inputs;
    this.#walk = walk;
    this.#scope = scope;
  }
  get outputCount(): number {
    return this.node.outputs.length;
  }
  has(index: number): boolean {
    return this.node.input(index) !== undefined;
  }
  constant(index: number): Tensor | undefined {
    const value = this.node.input(index);
    return value === undefined ? undefined : constantIn(this.#scope, value);
  }
  shapeValue(index: number): readonly Dim[] | undefined {
    const value = this.node.input(index);
    return value === undefined ? undefined : contentIn(this.#scope, value);
  }
  inferGraph(
    graph: Graph,
    types: readonly (ValueType | undefined)[],
    mode?: "trial",
  ): readonly (ValueType | undefined)[] {
    return inferSubgraph(this.#walk, this.#scope, graph, types, mode);
  }
  graphValue(graph: Graph, output: number): readonly Dim[] | undefined {
    const value = graph.outputs[output];
    return value === undefined ? undefined : contentIn(this.#scope, value);
  }
}

/** In a function's body, attributes may name those of the call. */
function resolveAttributes(scope: Scope, attributes: ReadonlyMap<string, Attribute>): ReadonlyMap<string, Attribute> {
  if (scope.callAttributes === undefined) return attributes;
  const resolved = new Map<string, Attribute>();
  for (const [name, attribute] of attributes) {
    const value = attribute.kind === "reference" ? scope.callAttributes.get(attribute.value) : attribute;
    if (value !== undefined) resolved.set(name, value);
  }
  return resolved;
}

function inferSubgraph(
  walk: Walk,
  scope: Scope,
  graph: Graph,
  types: readonly (ValueType | undefined)[],
  mode: "trial" | undefined,
): readonly (ValueType | undefined)[] {
  if (mode === "trial" && walk.trialDepth >= maxTrialDepth) return graph.outputs.map(() => undefined);
  const inner = mode === "trial" ? trialScope(scope) : scope;
  const isTrial = mode === "trial" ? 1 : 0;
  walk.trialDepth += isTrial;
  walk.branchDepth++;
  try {
    graph.inputs.forEach((value, i) => keepType(walk, inner, value, types[i], {}));
    walkGraph(walk, inner, graph);
    return graph.outputs.map((value) => typeIn(inner, value));
  } finally {
    walk.trialDepth -= isTrial;
    walk.branchDepth--;
  }
}

/** Infers the body of a function with the types, contents and attributes of one call; the body itself stays as it is. */
function inferCall(
  walk: Walk,
  scope: Scope,
  node: Node,
  inputs: readonly (ValueType | undefined)[],
  called: ModelFunction,
): InferResult {
  const unknown = { types: node.outputs.map(() => undefined) };
  const { body } = called;
  if (walk.calls.includes(called) || walk.bodyBudget < body.nodeCount) return unknown;
  walk.bodyBudget -= body.nodeCount;
  const attributes = new Map([...called.attributeDefaults, ...resolveAttributes(scope, node.attributes)]);
  const contents = new Map<Value, readonly Dim[]>();
  const constants = new Map<Value, Tensor>();
  const types = new Map<Value, ValueType | undefined>();
  body.inputs.forEach((value, i) => {
    const argument = node.inputs[i];
    types.set(value, inputs[i]);
    if (argument === undefined) return;
    const constant = constantIn(scope, argument);
    if (constant !== undefined) constants.set(value, constant);
    const content = contentIn(scope, argument);
    if (content !== undefined) contents.set(value, content);
  });
  const inner: Scope = {
    types,
    refined: new Map(),
    contents,
    constants,
    outer: undefined,
    opsets: called.opsets,
    callAttributes: attributes,
    inputsAreConstant: false,
  };
  walk.calls.push(called);
  try {
    walkGraph(walk, inner, body);
  } finally {
    walk.calls.pop();
  }
  return {
    types: body.outputs.map((value) => typeIn(inner, value)),
    shapeValues: body.outputs.map((value) => contentIn(inner, value)),
  };
}
