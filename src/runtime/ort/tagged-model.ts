import type { Model, Node, Value } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";

/** A copy of a model whose names tell, in whatever ONNX Runtime makes of them, which nodes they come from. */
export interface TaggedModel {
  readonly model: Model;
  /** The nodes of the original, by their position in its main graph, that a name or value of ONNX Runtime's graph stands for. */
  nodesOf(text: string): readonly number[];
}

/**
 * Names every node of the main graph, and every value that one computes, by the node's position. ONNX Runtime keeps such
 * names in those of the nodes and values it makes: `fused @12@`, `@12@_nchwc`. Names of the interface stay, and are known.
 */
export function tagModel(original: Model): TaggedModel {
  const model = cloneModel(original);
  const interfaces = new Map<string, number>();
  [...model.graph.nodes()].forEach((node, index) => tagNode(node, index, interfaces));
  return {
    model,
    nodesOf: (text) => {
      const known = interfaces.get(text);
      const tags = [...text.matchAll(/@(\d+)@/g)].map(([, digits]) => Number(digits));
      return known === undefined ? [...new Set(tags)] : [known];
    },
  };
}

function tagNode(node: Node, index: number, interfaces: Map<string, number>): void {
  const tag = `@${index}@`;
  node.name = tag;
  node.outputs.forEach((value: Value | undefined, output) => {
    if (value?.isOutput === true) interfaces.set(value.name, index);
    else if (value !== undefined) node.graph.rename(value, `${tag}.${output}`);
  });
}
