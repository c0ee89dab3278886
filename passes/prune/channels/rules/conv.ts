import type { Node } from "../../../../src/ir/index.ts";
import { intAttr } from "../../../../src/ir/index.ts";
import { constantOf } from "../../../support/facts.ts";
import type { ChannelFlow } from "../channel-flow.ts";
import { keyOf } from "../channel-flow.ts";
import type { ChannelRule } from "./rule.ts";

/** Ties all channels of each group, inputs and outputs, so that whole groups go: for a depthwise convolution, channels. */
function uniteGroups(flow: ChannelFlow, groups: number, inputs: Int32Array, outputs: Int32Array): void {
  const inputsEach = inputs.length / groups;
  const outputsEach = outputs.length / groups;
  for (let g = 0; g < groups; g++) {
    const first = inputs[g * inputsEach] as number;
    for (let i = 1; i < inputsEach; i++) flow.classes.unite(first, inputs[g * inputsEach + i] as number);
    for (let i = 0; i < outputsEach; i++) flow.classes.unite(first, outputs[g * outputsEach + i] as number);
  }
}

/** Conv: W [M, C/group, k…]; ConvTranspose: W [C, M/group, k…]; bias [M]; channels of data on axis 1. */
function convolution(node: Node, flow: ChannelFlow): void {
  const transposed = node.opType === "ConvTranspose";
  const weight = flow.weightOf(node, 1);
  const x = flow.layoutOf(node.input(0));
  if (weight === undefined || weight.shape.length < 3 || !flow.isFixed(node, 1))
    return flow.refuse(node, "its weight is not a constant of floating-point numbers");
  const [d0 = 0, d1 = 0] = weight.shape;
  const groups = intAttr(node, "group", 1);
  const outputs = transposed ? d1 * groups : d0;
  const inputs = transposed ? d0 : d1 * groups;
  if (x !== undefined && (x.axis !== 1 || x.ids.length !== inputs))
    return flow.refuse(node, "the channels it reads do not stand on axis 1");
  const bias = node.input(2);
  if (bias !== undefined && constantOf(bias)?.shape[0] !== outputs)
    return flow.refuse(node, "its bias is not one constant for each channel");
  if (groups !== 1 && x === undefined) return;
  const out = flow.newChannels(outputs, node);
  if (groups === 1) {
    if (x !== undefined) flow.slice(node, 1, transposed ? 0 : 1, x.ids, "input");
    flow.slice(node, 1, transposed ? 1 : 0, out, "filter");
  } else if (x !== undefined) {
    uniteGroups(flow, groups, x.ids, out);
    flow.slice(node, 1, 0, transposed ? x.ids : out, "filter");
    flow.edits.push((countKept) => [
      { node: keyOf(node), attribute: "group", value: countKept(x.ids) / (inputs / groups) },
    ]);
  }
  if (bias !== undefined) flow.slice(node, 2, 0, out, "bias");
  flow.setLayout(node.output, { rank: weight.shape.length, axis: 1, ids: out });
}

/** Convolutions read channels and make new ones; grouped ones lose whole groups. */
export const convRule: ChannelRule = { ops: ["Conv", "ConvTranspose"], makesChannels: true, apply: convolution };
