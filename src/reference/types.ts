import type { Graph, Node, RuntimeValue } from "../ir/index.ts";

/** What an operator's implementation sees of one call. */
export interface OpCall {
  readonly node: Node;
  /** Version of the node's domain in force (the model's or function's opset import). */
  readonly opset: number;
  /** Inputs in order; undefined where an optional one is absent. */
  readonly inputs: readonly (RuntimeValue | undefined)[];
  /** Runs a subgraph of the node with values for its inputs; captured outer values are found by themselves. */
  runGraph(graph: Graph, inputs: readonly RuntimeValue[]): readonly RuntimeValue[];
  /** Uniform random numbers in [0, 1) for operators that draw; seeded, so that runs repeat. */
  random(): number;
}

/** One operator of the reference interpreter: exact and simple, in its own file. */
export interface ReferenceOp {
  readonly domain: string;
  readonly name: string;
  /** Returns the outputs in order. Throws RangeError or TypeError when the inputs contradict the specification. */
  run(call: OpCall): readonly (RuntimeValue | undefined)[];
}
