import type { Model, Node, Value } from "../../../src/ir/index.ts";
import { dtypes, intAttr, sizeOf } from "../../../src/ir/index.ts";
import { shapeOf } from "../../support/facts.ts";
import type { ModelCost } from "./plan.ts";

/** The shape with 1 for every dimension that is not a number. */
function sizesOf(value: Value | undefined): readonly number[] {
  return (value?.constant?.shape ?? shapeOf(value) ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
}

/** A convolution uses each weight of a filter once for each place of the larger map. */
function convolutionMacs(node: Node, map: Value | undefined): number {
  return sizeOf(sizesOf(map)) * sizeOf(sizesOf(node.input(1)).slice(1));
}

/** A product sums over the inner axis for each element of the output. */
function productMacs(node: Node): number {
  const inner = intAttr(node, "transA", 0) === 0 ? -1 : 0;
  return sizeOf(sizesOf(node.output)) * (sizesOf(node.input(0)).at(inner) ?? 1);
}

/** Multiply-accumulates of a node, by operator. */
const macs: Readonly<Record<string, (node: Node) => number>> = {
  Conv: (node) => convolutionMacs(node, node.output),
  ConvTranspose: (node) => convolutionMacs(node, node.input(0)),
  Gemm: productMacs,
  MatMul: productMacs,
};

/** Parameters and multiply-accumulates of the main graph and its subgraphs; types must be inferred. */
export function modelCost(model: Model): ModelCost {
  let parameters = 0;
  let total = 0;
  for (const graph of model.graph.allGraphs()) {
    for (const { constant } of graph.constants)
      if (constant !== undefined && dtypes[constant.dtype].kind === "float") parameters += sizeOf(constant.shape);
    for (const node of graph.nodes()) if (node.domain === "") total += macs[node.opType]?.(node) ?? 0;
  }
  return { parameters, macs: total };
}
