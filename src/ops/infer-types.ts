import type { Dim, Graph, Model, Node, Shape, Value, ValueType } from "../ir/index.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import type { Scope } from "./infer/scope.ts";
import type { Walk } from "./infer/walk.ts";
import { dtypes, symbol } from "../ir/index.ts";
import { fail } from "../diagnostics/index.ts";
import { canonicalDomain } from "./opset.ts";
import { walkGraph, walkNode } from "./infer/walk.ts";

/** How types are inferred. */
export interface InferOptions {
  /** Shapes to give graph inputs first, by name. They replace the declared ones. */
  readonly inputShapes?: ReadonlyMap<string, Shape>;
  /** Makes a declared shape that contradicts the inferred one an error instead of a warning. */
  readonly strict?: boolean;
  /** `replace` after a pass that changed shapes: older types give way to inferred ones without a diagnostic. */
  readonly onConflict?: "report" | "replace";
}

/** What inference found out about a model. */
export interface TypeReport {
  /** Number of values whose type became better known or different. */
  readonly changed: number;
  /**
   * Content of small integer and bool values as dimensions, row-major: results of shape computations. Elements that are
   * unknown or beyond the safe integers are undefined.
   */
  readonly shapeValues: ReadonlyMap<Value, readonly Dim[]>;
  readonly problems: readonly Diagnostic[];
  /** Operators without schema (`domain::name`), with the number of their nodes. Their outputs keep declared types. */
  readonly unknownOps: ReadonlyMap<string, number>;
}

const bodyBudget = 200_000;

/**
 * Infers the types of all values of the main graph and its subgraphs and writes them into the values; function bodies
 * are looked through at each call and stay as they are. Linear in the size of the model with its calls inlined.
 */
export function inferTypes(model: Model, options: InferOptions = {}): TypeReport {
  const walk = newWalk(model.functions, model.graph, options);
  const scope = newScope(normalize(model.opsets), model.irVersion < 4);
  for (const input of model.graph.inputs) {
    const type = withInputShape(input, options.inputShapes);
    if (type !== input.type) {
      input.type = type;
      walk.changed++;
    }
  }
  const refined = nameUnknownDims(model.graph);
  walkGraph(walk, { ...scope, refined }, model.graph);
  return {
    changed: walk.changed,
    shapeValues: publicContents(scope.contents),
    problems: walk.problems,
    unknownOps: walk.unknownOps,
  };
}

/**
 * Infers and writes the types of one node's outputs, for a pass that just made the node. `opset` is the version of the
 * node's domain; `shapeValues` gives the content of small inputs where it is known. Throws InferOptError when the inputs
 * contradict the operator's specification.
 */
export function inferOutputTypes(
  node: Node,
  opset: number,
  shapeValues: ReadonlyMap<Value, readonly Dim[]> = new Map(),
): void {
  const walk = newWalk(new Map(), undefined, { onConflict: "replace" });
  const scope = newScope(new Map([[node.domain, opset]]), false);
  for (const value of node.inputs) {
    const content = value === undefined ? undefined : shapeValues.get(value);
    if (value !== undefined && content !== undefined) scope.contents.set(value, content);
  }
  walkNode(walk, scope, node, 0);
  const [problem] = walk.problems;
  if (problem !== undefined) fail(problem);
}

function newWalk(functions: Model["functions"], main: Graph | undefined, options: InferOptions): Walk {
  return {
    functions,
    interfaceValues: new Set(main?.outputs),
    strict: options.strict ?? false,
    onConflict: options.onConflict ?? "report",
    problems: [],
    unknownOps: new Map(),
    changed: 0,
    branchDepth: 0,
    trialDepth: 0,
    calls: [],
    bodyBudget,
  };
}

function newScope(opsets: ReadonlyMap<string, number>, inputsAreConstant: boolean): Scope {
  return {
    types: undefined,
    refined: new Map(),
    contents: new Map(),
    constants: new Map(),
    outer: undefined,
    opsets,
    callAttributes: undefined,
    inputsAreConstant,
  };
}

function normalize(opsets: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...opsets].map(([domain, version]) => [canonicalDomain(domain), version]));
}

/** The type of a graph input with the shape wanted for it; negative sizes, which some exporters write, mean unknown. */
function withInputShape(input: Value, shapes: ReadonlyMap<string, Shape> | undefined): ValueType | undefined {
  const { type } = input;
  if (type?.kind !== "tensor") return type;
  const shape = shapes?.get(input.name) ?? type.shape;
  if (shape === type.shape && !(shape?.some((dim) => typeof dim === "number" && dim < 0) ?? false)) return type;
  return { ...type, shape: shape?.map((dim) => (typeof dim === "number" && dim < 0 ? undefined : dim)) };
}

/**
 * Types of the graph inputs with a symbol for each unknown dimension, `x.0` for axis 0 of x: then what is computed from
 * one dimension is known to be equal. The inputs' own types stay, they are the interface.
 */
function nameUnknownDims(graph: Graph): ReadonlyMap<Value, ValueType> {
  const named = new Map<Value, ValueType>();
  for (const input of graph.inputs) {
    const { type, name } = input;
    if (type?.kind !== "tensor" || type.shape === undefined || !type.shape.includes(undefined)) continue;
    named.set(input, { ...type, shape: type.shape.map((dim, axis) => dim ?? symbol(`${name}.${axis}`)) });
  }
  return named;
}

function publicContents(contents: ReadonlyMap<Value, readonly Dim[]>): ReadonlyMap<Value, readonly Dim[]> {
  const found = new Map<Value, readonly Dim[]>();
  for (const [value, content] of contents) {
    if (value.type?.kind !== "tensor" || value.constant !== undefined) continue;
    const { kind } = dtypes[value.type.dtype];
    if (kind !== "signed" && kind !== "unsigned" && kind !== "bool") continue;
    found.set(
      value,
      content.map((dim) => (typeof dim === "number" && Math.abs(dim) >= Number.MAX_SAFE_INTEGER ? undefined : dim)),
    );
  }
  return found;
}
