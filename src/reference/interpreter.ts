import type { Graph, Model, ModelFunction, Node, RuntimeValue, Value } from "../ir/index.ts";
import { functionKey } from "../ir/index.ts";
import { fail, InferOptError } from "../diagnostics/index.ts";
import { referenceDiagnostics } from "../diagnostics/codes/reference.ts";
import type { Step } from "./execution-plan.ts";
import { planExecution } from "./execution-plan.ts";
import { bodyForCall } from "./function-body.ts";
import { referenceOp } from "./ops/index.ts";

/** Values of one running graph; a subgraph finds what it captures in the scope around it. */
interface Scope {
  readonly values: Map<Value, RuntimeValue>;
  readonly outer: Scope | undefined;
  readonly opsets: ReadonlyMap<string, number>;
}

/** What a run needs to know of the model. */
export interface Program {
  readonly functions: ReadonlyMap<string, ModelFunction>;
  readonly random: () => number;
  /** When to give up, by `performance.now()`: a loop may have no end. No limit by default. */
  readonly deadline?: number | undefined;
}

/** Runs graphs of one program; plans and function bodies are made once and kept. */
export interface Interpreter {
  /** Runs a main graph with values for (some of) its inputs; returns the wanted values. */
  run(
    graph: Graph,
    opsets: Model["opsets"],
    feeds: ReadonlyMap<Value, RuntimeValue>,
    wanted: readonly Value[],
  ): readonly RuntimeValue[];
  /** Computes one node from given inputs; its subgraphs may capture constants only. */
  runNode(
    node: Node,
    opsets: ReadonlyMap<string, number>,
    inputs: readonly (RuntimeValue | undefined)[],
  ): readonly (RuntimeValue | undefined)[];
}

/** An interpreter for graphs that may call the program's functions. */
export function createInterpreter(program: Program): Interpreter {
  const plans = new WeakMap<Graph, readonly Step[]>();
  const bodies = new WeakMap<Node, Graph>();

  function checkTime(): void {
    if (performance.now() > (program.deadline ?? Infinity)) fail(referenceDiagnostics.tookTooLong({}));
  }

  function planOf(graph: Graph): readonly Step[] {
    let plan = plans.get(graph);
    if (plan === undefined) plans.set(graph, (plan = planExecution(graph, graph.outputs)));
    return plan;
  }

  function runSteps(steps: readonly Step[], scope: Scope): void {
    for (const { node, release } of steps) {
      checkTime();
      const inputs = node.inputs.map((value) => (value === undefined ? undefined : lookUp(value, scope)));
      const outputs = runNode(node, inputs, scope);
      node.outputs.forEach((value, i) => {
        const result = outputs[i];
        if (value !== undefined && result !== undefined) scope.values.set(value, result);
      });
      for (const value of release) scope.values.delete(value);
    }
  }

  function runGraph(
    graph: Graph,
    inputs: readonly (RuntimeValue | undefined)[],
    outer: Scope | undefined,
    opsets: ReadonlyMap<string, number>,
  ): readonly (RuntimeValue | undefined)[] {
    checkTime();
    const scope: Scope = { values: new Map(), outer, opsets };
    graph.inputs.forEach((value, i) => {
      const given = inputs[i];
      if (given !== undefined) scope.values.set(value, given);
    });
    runSteps(planOf(graph), scope);
    return graph.outputs.map((value) => lookUp(value, scope));
  }

  function callFunction(
    node: Node,
    called: ModelFunction,
    inputs: readonly (RuntimeValue | undefined)[],
  ): readonly (RuntimeValue | undefined)[] {
    let body = bodies.get(node);
    if (body === undefined) bodies.set(node, (body = bodyForCall(called, node)));
    return runGraph(body, inputs, undefined, called.opsets);
  }

  function runNode(
    node: Node,
    inputs: readonly (RuntimeValue | undefined)[],
    scope: Scope,
  ): readonly (RuntimeValue | undefined)[] {
    const called = program.functions.get(functionKey(node.domain, node.opType, node.overload));
    const op = called === undefined ? referenceOp(node.domain, node.opType) : undefined;
    const operator = node.domain === "" ? node.opType : `${node.domain}::${node.opType}`;
    const where = { node: node.name === "" ? operator : node.name };
    try {
      if (called !== undefined) return callFunction(node, called, inputs);
      if (op === undefined) fail(referenceDiagnostics.operatorNotInterpreted({ operator }, where));
      return op.run({
        node,
        opset: scope.opsets.get(node.domain) ?? 1,
        inputs,
        runGraph: (graph, values) =>
          runGraph(graph, values, scope, scope.opsets).map((value, i) => value ?? missing(graph.outputs[i])),
        random: program.random,
      });
    } catch (error) {
      if (error instanceof InferOptError || !(error instanceof RangeError || error instanceof TypeError)) throw error;
      fail(referenceDiagnostics.nodeFailed({ operator, detail: error.message }, where), error);
    }
  }

  return {
    run: (graph, opsets, feeds, wanted) => {
      const scope: Scope = { values: new Map(feeds), outer: undefined, opsets };
      const isPlain = wanted.length === graph.outputs.length && wanted.every((value, i) => value === graph.outputs[i]);
      runSteps(isPlain ? planOf(graph) : planExecution(graph, wanted), scope);
      return wanted.map((value) => lookUp(value, scope) ?? missing(value));
    },
    runNode: (node, opsets, inputs) => runNode(node, inputs, { values: new Map(), outer: undefined, opsets }),
  };
}

function lookUp(value: Value, scope: Scope): RuntimeValue | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.values.get(value);
    if (found !== undefined) return found;
  }
  return value.constant;
}

function missing(value: Value | undefined): never {
  const input = value?.name ?? "";
  fail(referenceDiagnostics.inputMissing({ input }, { value: input }));
}
