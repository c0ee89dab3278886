import { sameShape } from "../../../src/ir/index.ts";
import type { IntegerOp, IntegerTensor } from "./integer-graph.ts";
import type { CoreMatch } from "./core-match.ts";

/** A uint8 tensor and its dequantizer. */
interface Dequantized {
  readonly tensor: IntegerTensor;
  readonly node: CoreMatch["core"];
}

/** A product of quantized matrices that are both computed, one pair or one a head; a string says why it is none. */
export function matchMatrixProduct(
  { core, y, bounds, behind }: CoreMatch,
  a: Dequantized,
  b: Dequantized,
): IntegerOp | string {
  const rank = y.shape.length;
  if (rank < 3 || rank > 4 || a.tensor.shape.length !== rank || b.tensor.shape.length !== rank)
    return "matrices of other ranks than three and four";
  if (!sameShape(a.tensor.shape.slice(0, -2), b.tensor.shape.slice(0, -2))) return "matrices are broadcast";
  const nodes = [...new Set([a.node, b.node]), core, ...behind];
  return { kind: "product", name: core.name, nodes, a: a.tensor, b: b.tensor, y, bounds };
}
