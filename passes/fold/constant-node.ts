import type { Node, Tensor } from "../../src/ir/index.ts";
import { isTensor, tensorAttr } from "../../src/ir/index.ts";
import type { Evaluate } from "./load-evaluate.ts";

/** The tensor that a Constant node holds, whichever attribute it is written in. */
export function constantNodeTensor(node: Node, opset: number, evaluate: Evaluate): Tensor | undefined {
  const written = tensorAttr(node, "value");
  if (written !== undefined) return written;
  const result = evaluate(node, opset, [])?.[0];
  return result !== undefined && isTensor(result) ? result : undefined;
}
