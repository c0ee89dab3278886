import type { Node } from "../../../src/ir/index.ts";
import type { IntegerOp } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { coreMatchers } from "./match-core.ts";
import { bothOrders, soleProducer } from "./pattern.ts";
import { quantizedBias } from "./quantized-values.ts";

/** A product of quantized operands with a quantized vector added behind it: the bias of the integer sums. */
export function matchBiasedProduct(last: Node, context: MatchContext): IntegerOp | undefined {
  if (last.domain !== "" || last.opType !== "Add") return undefined;
  for (const [product, added] of bothOrders(last)) {
    const core = soleProducer(product, "MatMul");
    if (core === undefined) continue;
    const y = context.tensor(last.output, undefined);
    if (y === undefined) return undefined;
    const match = { core, y, quantization: undefined, bounds: [0, 255], behind: [] } as const;
    const op = coreMatchers["MatMul"]?.(match, context);
    if (op === undefined || typeof op === "string" || op.kind !== "conv" || op.bias !== undefined) continue;
    const bias = quantizedBias(added, op.x.quantization?.scale ?? 1, op.weightScale);
    const shape = bias?.bias.constant?.shape;
    if (bias === undefined || shape?.length !== 1 || shape[0] !== op.outputs) continue;
    return { ...op, name: last.name, nodes: [...op.nodes, bias.node, last], bias: bias.bias };
  }
  return undefined;
}
