import type { Node, Value } from "../../../src/ir/index.ts";
import { intsAttr } from "../../../src/ir/index.ts";
import type { IntegerOp, Quantization } from "./integer-graph.ts";
import type { MatchContext } from "./match-context.ts";
import { sameQuantization, uint8Parameters } from "./quantized-values.ts";

/** Operators that give bytes other dimensions, or move them. */
export const byteViews: ReadonlySet<string> = new Set(["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"]);

/** A view on bytes between a quantizer and dequantizers, without any of its own. */
export function matchByteView(node: Node, context: MatchContext): IntegerOp | undefined {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!isView(node) || input === undefined || input.isConstant || output === undefined) return undefined;
  const meaning = meaningOf(output);
  const x = meaning === undefined ? undefined : context.tensor(input, meaning);
  const y = meaning === undefined ? undefined : context.tensor(output, meaning);
  const perm = node.opType === "Transpose" ? intsAttr(node, "perm") : undefined;
  if (x === undefined || y === undefined) return undefined;
  if (node.opType === "Transpose" && perm?.[0] !== 0) return undefined;
  return { kind: "view", name: node.name, nodes: [node], x, y, perm };
}

function isView({ domain, opType, outputs: [output] }: Node): boolean {
  return domain === "" && byteViews.has(opType) && output?.type?.kind === "tensor" && output.type.dtype === "uint8";
}

/** What all readers take bytes for, views on them included; undefined when one does not dequantize them, or otherwise. */
function meaningOf(value: Value): Quantization | undefined {
  let found: Quantization | undefined;
  for (const use of value.uses) {
    if (use.kind !== "node" || use.index !== 0) return undefined;
    const { node } = use;
    const isDequantizer = node.domain === "" && node.opType === "DequantizeLinear";
    const own = isDequantizer ? uint8Parameters(node) : isView(node) ? meaningOf(node.output) : undefined;
    if (own === undefined || (found !== undefined && !sameQuantization(own, found))) return undefined;
    found = own;
  }
  return found;
}
