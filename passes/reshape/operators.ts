import type { Node, Value } from "../../src/ir/index.ts";
import { int64Tensor } from "../../src/ir/index.ts";
import { integersOf, shapeOf } from "../support/facts.ts";
import { reshapeTarget } from "./target.ts";

/** Operators that change the shape and nothing else: input 0 in row-major order. */
export const reshapingOps = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"] as const;

/** True for a node that only changes the shape of input 0. */
export function isReshaping(node: Node | undefined): node is Node {
  return node !== undefined && node.domain === "" && (reshapingOps as readonly string[]).includes(node.opType);
}

/** A constant target with neither 0 nor a dependence on the input's dimensions: good for any input with as many elements. */
function ownTarget(node: Node): readonly number[] | undefined {
  if (node.opType !== "Reshape") return undefined;
  const target = integersOf(node.input(1));
  return target !== undefined && target.every((dim) => dim !== 0) ? target : undefined;
}

/** The constant Reshape target that takes `source` to the shape of the node's output; undefined when none is provable. */
export function targetFrom(source: Value, node: Node): readonly number[] | undefined {
  return reshapeTarget(shapeOf(source), shapeOf(node.output)) ?? ownTarget(node);
}

/** Turns a node into a Reshape of `source` in place: the output keeps its name. */
export function becomeReshape(node: Node, source: Value, target: readonly number[]): void {
  const graph = node.graph;
  const hint = node.name === "" ? node.output.name : node.name;
  for (const name of [...node.attributes.keys()]) graph.setAttribute(node, name, undefined);
  node.opType = "Reshape";
  graph.setInputs(node, [source, graph.addConstant(`${hint}_shape`, int64Tensor(target))]);
}
