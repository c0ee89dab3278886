import type { Model, Node, Value } from "../../../src/ir/index.ts";
import { dtypes, sizeOf } from "../../../src/ir/index.ts";
import { shapeOf } from "../../support/facts.ts";
import type { ModelCost } from "./plan.ts";

/** The shape with 1 for every dimension that is not a number. */
function sizesOf(value: Value | undefined): readonly number[] {
  return (value?.constant?.shape ?? shapeOf(value) ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
}

/** Multiply-accumulates of one node, by the shapes of its operands. */
function macsOf(node: Node): number {
  const weight = sizesOf(node.input(1));
  switch (node.domain === "" ? node.opType : "") {
    case "Conv":
      return sizeOf(sizesOf(node.output)) * sizeOf(weight.slice(1));
    case "ConvTranspose":
      return sizeOf(sizesOf(node.input(0))) * sizeOf(weight.slice(1));
    case "Gemm":
    case "MatMul":
      return sizeOf(sizesOf(node.output)) * (sizesOf(node.input(0)).at(transposedLeft(node) ? 0 : -1) ?? 1);
    default:
      return 0;
  }
}

function transposedLeft(node: Node): boolean {
  const attribute = node.attributes.get("transA");
  return attribute?.kind === "int" && attribute.value !== 0n;
}

/** Parameters and multiply-accumulates of the main graph and its subgraphs; types must be inferred. */
export function modelCost(model: Model): ModelCost {
  let parameters = 0;
  let macs = 0;
  for (const graph of model.graph.allGraphs()) {
    for (const { constant } of graph.constants)
      if (constant !== undefined && dtypes[constant.dtype].kind === "float") parameters += sizeOf(constant.shape);
    for (const node of graph.nodes()) macs += macsOf(node);
  }
  return { parameters, macs };
}
