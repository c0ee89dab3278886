import { macsOf } from "../../../src/cost/index.ts";
import type { Model } from "../../../src/ir/index.ts";
import { dtypes, sizeOf } from "../../../src/ir/index.ts";
import type { ModelCost } from "./plan.ts";

/** Parameters and multiply-accumulates of the main graph and its subgraphs; types must be inferred. */
export function modelCost(model: Model): ModelCost {
  let parameters = 0;
  let total = 0;
  for (const graph of model.graph.allGraphs()) {
    for (const { constant } of graph.constants)
      if (constant !== undefined && dtypes[constant.dtype].kind === "float") parameters += sizeOf(constant.shape);
    for (const node of graph.nodes()) total += macsOf(node);
  }
  return { parameters, macs: total };
}
