import type { Node } from "../../src/ir/index.ts";
import { attr, dtypes, floatAttr, int64Tensor, intAttr, stringAttr, tensorFromNumbers } from "../../src/ir/index.ts";
import { dtypeOf } from "../support/facts.ts";
import { normalizationSteps } from "./normalization.ts";
import { resizeSteps } from "./resize.ts";
import { softmaxSteps } from "./softmax.ts";
import type { OpsetStep } from "./step.ts";
import { giveConstant, intsToInputs, moveInts, settleDefault } from "./step.ts";

/** Moves float attributes to scalar inputs of the type of input 0. */
function floatsToScalars(node: Node, moves: readonly (readonly [name: string, index: number])[]): string | undefined {
  const dtype = dtypeOf(node.input(0));
  if (dtype === undefined || dtypes[dtype].kind === "string") return "the type of its input is unknown";
  for (const [name, index] of moves) {
    const value = floatAttr(node, name);
    node.graph.setAttribute(node, name, undefined);
    if (value !== undefined) giveConstant(node, index, name, tensorFromNumbers(dtype, [], [value]));
  }
  return undefined;
}

function padToInputs(node: Node): string | undefined {
  const refused =
    stringAttr(node, "mode", "constant") === "constant" ? floatsToScalars(node, [["value", 2]]) : undefined;
  if (refused !== undefined) return refused;
  node.graph.setAttribute(node, "value", undefined);
  moveInts(node, "pads", 1);
  return undefined;
}

function topKToInput(node: Node): string | undefined {
  const k = intAttr(node, "k");
  if (k === undefined) return "it has no attribute k";
  node.graph.setAttribute(node, "k", undefined);
  giveConstant(node, 1, "k", int64Tensor([k]));
  return undefined;
}

function maskBecomesBool(node: Node): string | undefined {
  return (node.outputs[1]?.uses.size ?? 0) > 0 ? "its mask is read, whose type became bool with opset 10" : undefined;
}

function ratioToInput(node: Node): undefined {
  const ratio = floatAttr(node, "ratio");
  if (ratio === undefined) return undefined;
  node.graph.setAttribute(node, "ratio", undefined);
  giveConstant(node, 1, "ratio", tensorFromNumbers("float32", [], [ratio]));
  return undefined;
}

function countOutputs(node: Node): undefined {
  if (node.input(1) === undefined) node.graph.setAttribute(node, "num_outputs", attr.int(node.outputs.length));
  return undefined;
}

function scatterToElements(node: Node): undefined {
  node.opType = "ScatterElements";
  return undefined;
}

function renameModes(node: Node): undefined {
  const renamed = { bilinear: "linear", bicubic: "cubic" }[stringAttr(node, "mode", "bilinear")];
  if (renamed !== undefined) node.graph.setAttribute(node, "mode", attr.string(renamed));
  return undefined;
}

function dftAxisToInput(node: Node): undefined {
  const axis = intAttr(node, "axis", 1);
  node.graph.setAttribute(node, "axis", undefined);
  giveConstant(node, 2, "axis", int64Tensor([axis], []));
  return undefined;
}

const reductions = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare"];

/**
 * Where an operator set changed the meaning or the spelling of an older form; all other changes only allow more. Source:
 * the operators' change logs (onnx/docs/Changelog.md).
 */
export const opsetSteps: readonly OpsetStep[] = [
  { ops: ["Scan"], to: 9, convert: () => "Scan of opset 8 has a batch axis that later forms lack" },
  { ops: ["Dropout"], to: 10, convert: maskBecomesBool },
  intsToInputs(["Slice"], 10, [["starts", 1], ["ends", 2], ["axes", 3]]), // prettier-ignore
  { ops: ["TopK"], to: 10, convert: topKToInput },
  { ops: ["Clip"], to: 11, convert: (node) => floatsToScalars(node, [["min", 1], ["max", 2]]) }, // prettier-ignore
  { ops: ["Pad"], to: 11, convert: padToInputs },
  { ops: ["Scatter"], to: 11, convert: scatterToElements },
  { ops: ["Dropout"], to: 12, convert: ratioToInput },
  intsToInputs(["Squeeze", "Unsqueeze", "ReduceSum"], 13, [["axes", 1]]),
  intsToInputs(["Split"], 13, [["split", 1]]),
  settleDefault(["RoiAlign"], 16, "coordinate_transformation_mode", attr.string("output_half_pixel")),
  intsToInputs(
    reductions.map((kind) => `Reduce${kind}`),
    18,
    [["axes", 1]],
  ),
  { ops: ["Split"], to: 18, convert: countOutputs },
  { ops: ["GridSample"], to: 20, convert: renameModes },
  { ops: ["DFT"], to: 20, convert: dftAxisToInput },
  ...softmaxSteps,
  ...resizeSteps,
  ...normalizationSteps,
];
