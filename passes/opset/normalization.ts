import type { Node, Value } from "../../src/ir/index.ts";
import { intAttr, numbersOf, tensorFromNumbers } from "../../src/ir/index.ts";
import { constantOf, shapeOf } from "../support/facts.ts";
import type { OpsetStep } from "./step.ts";
import { giveConstant } from "./step.ts";

function readsExtraOutputs(node: Node): boolean {
  return node.outputs.some((output, i) => i > 0 && output !== undefined && output.uses.size > 0);
}

function dropSpatial(node: Node): string | undefined {
  if (intAttr(node, "spatial", 1) !== 1) return "statistics per activation (spatial=0) ended with opset 8";
  node.graph.setAttribute(node, "spatial", undefined);
  return undefined;
}

function dropTrainingOutputs(node: Node): string | undefined {
  if (readsExtraOutputs(node)) return "its outputs for training are read";
  for (let i = node.outputs.length - 1; i >= 1; i--) node.graph.dropOutput(node, i);
  return undefined;
}

/** Scale and bias, once per group until opset 20, stand per channel from 21 on. */
function perChannelParameters(node: Node): string | undefined {
  const channels = shapeOf(node.input(0))?.[1];
  const groups = intAttr(node, "num_groups");
  if (typeof channels !== "number" || groups === undefined) return "its number of channels is unknown";
  const repeat = (value: Value | undefined): readonly number[] | undefined => {
    const tensor = constantOf(value);
    if (tensor === undefined) return undefined;
    return Array.from(numbersOf(tensor)).flatMap((v) => new Array<number>(channels / groups).fill(v));
  };
  const parameters = [1, 2].map((index) => [index, constantOf(node.input(index)), repeat(node.input(index))] as const);
  if (parameters.some(([, , values]) => values === undefined)) return "its scale or bias is computed at run time";
  for (const [index, tensor, values] of parameters)
    if (tensor !== undefined && values !== undefined)
      giveConstant(node, index, index === 1 ? "scale" : "bias", tensorFromNumbers(tensor.dtype, [channels], values));
  return undefined;
}

/** BatchNormalization and GroupNormalization from form to form. */
export const normalizationSteps: readonly OpsetStep[] = [
  { ops: ["BatchNormalization"], to: 9, convert: dropSpatial },
  { ops: ["BatchNormalization"], to: 14, convert: dropTrainingOutputs },
  { ops: ["GroupNormalization"], to: 21, convert: perChannelParameters },
];
