import type { Attribute, Node, Tensor } from "../../src/ir/index.ts";
import { int64Tensor, intsAttr } from "../../src/ir/index.ts";

/** How nodes of one operator are brought to the form that an operator set introduced. */
export interface OpsetStep {
  readonly ops: readonly string[];
  /** The operator set whose form the node has afterwards. */
  readonly to: number;
  /** Rewrites the node in place; returns why that is impossible, undefined when done. */
  readonly convert: (node: Node) => string | undefined;
}

/** Sets input `index` to a new constant named after the node's output and `hint`. */
export function giveConstant(node: Node, index: number, hint: string, tensor: Tensor): void {
  const base = node.outputs[0]?.name ?? node.name;
  node.graph.setInput(node, index, node.graph.addConstant(`${base}_${hint}`, tensor));
}

/** Moves an `ints` attribute to input `index` as an int64 vector; nothing happens when it is absent. */
export function moveInts(node: Node, name: string, index: number): void {
  const values = intsAttr(node, name);
  const attribute = node.attributes.get(name);
  if (values === undefined || attribute?.kind !== "ints") return;
  node.graph.setAttribute(node, name, undefined);
  giveConstant(node, index, name, int64Tensor(attribute.value));
}

/** A step that moves `ints` attributes to inputs. */
export function intsToInputs(
  ops: readonly string[],
  to: number,
  moves: readonly (readonly [name: string, index: number])[],
): OpsetStep {
  return {
    ops,
    to,
    convert: (node) => {
      for (const [name, index] of moves) moveInts(node, name, index);
      return undefined;
    },
  };
}

/** A step that gives an attribute the value which older forms implied, unless it is set. */
export function settleDefault(ops: readonly string[], to: number, name: string, value: Attribute): OpsetStep {
  return {
    ops,
    to,
    convert: (node) => {
      if (!node.attributes.has(name)) node.graph.setAttribute(node, name, value);
      return undefined;
    },
  };
}
