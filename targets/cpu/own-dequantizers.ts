import type { Graph, Model, Node } from "../../src/ir/index.ts";
import { isTensor } from "../../src/ir/index.ts";
import { evaluateNode } from "../../src/reference/index.ts";
import { dequantizer } from "./lower/quantized-values.ts";

/** Operators that ONNX Runtime has no integer form of: dequantized constants of theirs are float32 numbers. */
const floatOperators: ReadonlySet<string> = new Set(["LayerNormalization"]);

/**
 * Gives each reader of a dequantized constant a dequantizer of its own, so that regions can be told apart, and operators
 * that are computed in float32 anyway the float32 numbers. What the graph computes stays the same bit for bit, and what
 * ONNX Runtime makes of it too. Types must be inferred again.
 */
export function ownDequantizers(model: Model): void {
  const { graph } = model;
  const opset = model.opsets.get("") ?? 0;
  for (const node of [...graph.nodes()])
    for (const [index, value] of node.inputs.entries()) {
      const own = value === undefined ? undefined : dequantizer(value);
      const constant = own?.input(0)?.isConstant === true && own.inputs.every((input) => input?.isConstant !== false);
      if (own === undefined || !constant || own.output.isOutput || own.graph !== graph) continue;
      if (node.domain === "" && floatOperators.has(node.opType)) foldInto(graph, node, index, own, opset);
      else if (own.output.uses.size > 1) {
        const { opType, inputs, attributes, output } = own;
        const name = graph.names.fresh(output.name);
        const copy = graph.insertBefore(node, {
          ...{ opType, inputs, attributes, outputs: [{ name, type: output.type }] },
          name: own.name === "" ? "" : name,
        });
        graph.setInput(node, index, copy.output);
      }
      if (own.output.uses.size === 0) graph.remove(own);
    }
}

function foldInto(graph: Graph, node: Node, index: number, own: Node, opset: number): void {
  const [result] =
    evaluateNode(
      own,
      opset,
      own.inputs.map((input) => input?.constant),
    ) ?? [];
  if (result === undefined || !isTensor(result)) return;
  graph.setInput(node, index, graph.addConstant(own.output.name, result));
}
