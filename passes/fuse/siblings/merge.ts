import type { Attribute, Node, Tensor, Value } from "../../../src/ir/index.ts";
import { attr, byteLengthOf, int64Tensor, sizeOf, tensorFromBytes } from "../../../src/ir/index.ts";
import { inferOutputTypes } from "../../../src/ops/index.ts";
import type { Sibling, SiblingGroup } from "./find.ts";
import { channelCounts } from "./find.ts";

/** Tensors joined along an axis; all of one type and equal but for that axis. */
function concatenate(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors as [Tensor, ...Tensor[]];
  const shape = [...first.shape];
  shape[axis] = tensors.reduce((sum, tensor) => sum + (tensor.shape[axis] as number), 0);
  const rows = sizeOf(shape.slice(0, axis));
  const bytes = new Uint8Array(byteLengthOf(first.dtype, sizeOf(shape)));
  const parts = tensors.map((tensor) => ({ bytes: tensor.bytes(), row: tensor.byteLength / rows }));
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (const part of parts) {
      bytes.set(part.bytes.subarray(row * part.row, (row + 1) * part.row), at);
      at += part.row;
    }
  return tensorFromBytes(first.dtype, shape, bytes);
}

function biasesOf(siblings: readonly Sibling[], counts: readonly number[]): readonly Tensor[] | undefined {
  if (siblings.every(({ bias }) => bias === undefined)) return undefined;
  return siblings.map(({ bias, weight }, i) => {
    const count = counts[i] as number;
    return bias ?? tensorFromBytes(weight.dtype, [count], new Uint8Array(byteLengthOf(weight.dtype, count)));
  });
}

/** Puts one operator and a Split in the place of a group. */
export function mergeGroup(group: SiblingGroup, opset: number): void {
  const { siblings, weightAxis, outputAxis } = group;
  const [first] = siblings as [Sibling, ...Sibling[]];
  const { node } = first;
  const { graph } = node;
  const counts = channelCounts(group);
  const insert = (
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute>,
    name: string,
    outputs = 1,
  ): Node => {
    const made = graph.insertBefore(node, { opType, inputs, attributes, name, outputs });
    inferOutputTypes(made, opset);
    return made;
  };
  const nameOf = (old: Node | undefined, suffix: string): string =>
    old === undefined || old.name === "" ? "" : `${old.name}/${suffix}`;
  const constant = (old: Value | undefined, tensor: Tensor): Value =>
    graph.addConstant(`${old?.name ?? group.name}_merged`, tensor);

  const weight = constant(
    node.input(1),
    concatenate(
      siblings.map((sibling) => sibling.weight),
      weightAxis,
    ),
  );
  const biases = biasesOf(siblings, counts);
  const biasValue = first.add?.inputs.find((value) => value !== node.output) ?? node.input(2);
  const bias = biases === undefined ? undefined : constant(biasValue, concatenate(biases, 0));
  const ownBias = first.add === undefined && bias !== undefined ? [bias] : [];
  let value = insert(node.opType, [node.input(0), weight, ...ownBias], node.attributes, nameOf(node, "merged")).output;
  if (first.add !== undefined) value = insert("Add", [value, bias], {}, nameOf(first.add, "merged")).output;
  for (const step of first.epilogue)
    value = insert(step.opType, [value, ...step.inputs.slice(1)], step.attributes, nameOf(step, "merged")).output;

  const sizes = attr.ints(counts);
  const axis = attr.int(outputAxis);
  const split =
    opset < 13
      ? insert("Split", [value], { axis, split: sizes }, nameOf(node, "split"), counts.length)
      : insert(
          "Split",
          [value, graph.addConstant(`${group.name}_split`, int64Tensor(counts))],
          { axis },
          nameOf(node, "split"),
          counts.length,
        );
  siblings.forEach((sibling, i) => replaceSibling(sibling, split.outputs[i] as Value));
}

function replaceSibling({ node, add, epilogue }: Sibling, value: Value): void {
  const { graph } = node;
  const chain = [node, ...(add === undefined ? [] : [add]), ...epilogue];
  const last = (chain.at(-1) as Node).output;
  const { name } = last;
  graph.replaceUses(last, value);
  for (const old of chain.reverse()) {
    const inputs = old.inputs.filter((input) => input !== undefined);
    graph.remove(old);
    for (const input of inputs)
      if (input.isConstant && input.uses.size === 0 && input.graph.constants.has(input))
        input.graph.removeConstant(input);
  }
  if (!value.isOutput && value.name !== name) graph.rename(value, name);
}
