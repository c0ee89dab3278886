import type { Graph, Node, Shape, Value } from "../../src/ir/index.ts";
import { attr, tensorType } from "../../src/ir/index.ts";
import { dtypeOf, shapeOf } from "../support/facts.ts";
import type { LayoutChange } from "./layout-cut.ts";
import { isTranspose } from "./layout-cut.ts";
import type { Permutation } from "./permutation.ts";
import { compose, invert, permutationOf, permute } from "./permutation.ts";

function withShape(value: Value, shape: Shape | undefined): void {
  const dtype = dtypeOf(value);
  if (dtype !== undefined) value.type = tensorType(dtype, shape);
}

/** Changes the layout of the chosen nodes and puts transposes where layouts meet. */
export function applyLayouts(graph: Graph, { plans, openers }: LayoutChange, perm: Permutation): void {
  const inverse = invert(perm);
  const converted = new Map<Value, Value>();

  /** The value with its axes in the new layout. */
  const inNewLayout = (value: Value, reader: Node): Value => {
    if (value.producer !== undefined && plans.has(value.producer)) return value;
    if (value.producer !== undefined && openers.has(value.producer)) return value.producer.inputs[0] as Value;
    let known = converted.get(value);
    if (known === undefined) {
      const dtype = dtypeOf(value);
      const shape = shapeOf(value);
      const name = graph.names.fresh(`${value.name}_transpose`);
      known = graph.insertBefore(reader, {
        opType: "Transpose",
        name,
        inputs: [value],
        outputs: [dtype === undefined ? { name } : { name, type: tensorType(dtype, shape && permute(shape, inverse)) }],
        attributes: { perm: attr.ints(inverse) },
      }).output;
      converted.set(value, known);
    }
    return known;
  };

  for (const node of graph.nodes()) {
    const plan = plans.get(node);
    if (plan === undefined) continue;
    for (const index of plan.data) graph.setInput(node, index, inNewLayout(node.inputs[index] as Value, node));
    plan.apply();
    for (const output of node.outputs) if (output !== undefined) settleOutput(node, output);
  }

  /** Gives readers in the old layout a Transpose of the output; those in the new one and transposes read it directly. */
  function settleOutput(node: Node, output: Value): void {
    const shape = shapeOf(output);
    const direct: [Node, number][] = [];
    let isReadInOldLayout = false;
    for (const use of output.uses) {
      const reader = use.kind === "node" && use.node.graph === graph ? use.node : undefined;
      if (use.kind !== "node" || reader === undefined) isReadInOldLayout = true;
      else if (plans.get(reader)?.data.includes(use.index) === true) direct.push([reader, use.index]);
      else if (isTranspose(reader) && !openers.has(reader)) {
        const second = permutationOf(reader);
        if (second !== undefined) graph.setAttribute(reader, "perm", attr.ints(compose(perm, second)));
        direct.push([reader, use.index]);
      } else isReadInOldLayout = true;
    }
    const oldType = output.type;
    if (isReadInOldLayout) {
      const name = graph.names.fresh(`${output.name}_transpose`);
      const back = graph.insertAfter(node, {
        opType: "Transpose",
        name,
        inputs: [output],
        outputs: [{ name, type: oldType }],
        attributes: { perm: attr.ints(perm) },
      });
      graph.replaceUses(output, back.output);
      graph.setInput(back, 0, output);
      for (const [reader, index] of direct) graph.setInput(reader, index, output);
    }
    withShape(output, shape && permute(shape, inverse));
  }
}
