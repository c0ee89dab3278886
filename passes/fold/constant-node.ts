import type { Node, Tensor } from "../../src/ir/index.ts";
import { isTensor, tensorAttr } from "../../src/ir/index.ts";
import { evaluateNode } from "../../src/reference/index.ts";

/** The tensor that a Constant node holds, whichever attribute it is written in. */
export function constantNodeTensor(node: Node, opset: number): Tensor | undefined {
  const written = tensorAttr(node, "value");
  if (written !== undefined) return written;
  const result = evaluateNode(node, opset, [])?.[0];
  return result !== undefined && isTensor(result) ? result : undefined;
}
