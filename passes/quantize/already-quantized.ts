import type { Model, Node } from "../../src/ir/index.ts";
import { fail } from "../../src/diagnostics/index.ts";
import { quantDiagnostics } from "../../src/diagnostics/codes/quant.ts";

/** Operators that only quantized models have, whatever their domain. */
const quantizedOperator = /^(Quantize|Dequantize|DynamicQuantize)Linear$|^QLinear|^QGemm$|(ConvInteger|MatMulInteger)/;

/** A node that shows that the model is quantized already; undefined for float models. */
export function quantizedNode(model: Model): Node | undefined {
  for (const node of model.graph.allNodes()) if (quantizedOperator.test(node.opType)) return node;
  return undefined;
}

/** Throws IO0501 when the model is quantized already. */
export function refuseQuantized(model: Model): void {
  const node = quantizedNode(model);
  if (node !== undefined)
    fail(
      quantDiagnostics.alreadyQuantized(
        { node: node.name || (node.outputs[0]?.name ?? ""), opType: node.opType },
        {
          node: node.name,
        },
      ),
    );
}
