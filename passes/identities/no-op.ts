import type { Node, Value } from "../../src/ir/index.ts";
import { intAttr, intsAttr, sameShape, stringAttr } from "../../src/ir/index.ts";
import type { LocalRule } from "../support/local-rules.ts";
import { constantOf, dtypeOf, integersOf, rankOf, shapeOf, uniformOf } from "../support/facts.ts";
import { identityRule } from "./rule.ts";

/** Input 0 when the output provably has the same shape. */
function sameShapeInput(node: Node): Value | undefined {
  const input = node.input(0);
  return sameShape(shapeOf(input), shapeOf(node.outputs[0])) ? input : undefined;
}

function isIdentityPermutation(node: Node): boolean {
  const shape = shapeOf(node.input(0));
  const perm = intsAttr(node, "perm") ?? shape?.map((_, i) => shape.length - 1 - i);
  return perm !== undefined && perm.every((axis, i) => axis === i);
}

/** Slice with positive steps that keeps the size of every axis keeps every element. */
function hasPositiveSteps(node: Node): boolean {
  const steps = node.input(4);
  return steps === undefined || (integersOf(steps)?.every((step) => step > 0) ?? false);
}

function hasZeroPads(node: Node): boolean {
  const pads = intsAttr(node, "pads") ?? integersOf(node.input(1));
  return pads !== undefined && pads.every((pad) => pad === 0);
}

/** Ways to sample that miss the samples even at scale 1: within a region of interest, or half an element aside. */
const shifting: ReadonlySet<string> = new Set(["tf_crop_and_resize", "tf_half_pixel_for_nn"]);

/** Interpolation at scale 1 hits the samples themselves, except where it is shifted. */
function keepsSize(node: Node): boolean {
  if (shifting.has(stringAttr(node, "coordinate_transformation_mode", ""))) return false;
  if (stringAttr(node, "keep_aspect_ratio_policy", "stretch") !== "stretch") return false;
  const givenSizes = node.input(3);
  if (givenSizes !== undefined) return sameShapeInput(node) !== undefined;
  const scales = node.opType === "Upsample" ? node.input(1) : (node.input(2) ?? node.input(1));
  return scales !== undefined && uniformOf(scales) === 1;
}

function isUnitWindow(node: Node): boolean {
  const all = (name: string, wanted: number): boolean => intsAttr(node, name)?.every((v) => v === wanted) ?? true;
  const kernel = intsAttr(node, "kernel_shape");
  return kernel !== undefined && kernel.every((size) => size === 1) && all("strides", 1) && all("pads", 0);
}

function dropoutInput(node: Node, opset: number): Value | undefined {
  const training = node.input(2);
  if (opset >= 12 && training !== undefined && uniformOf(training) !== 0) return undefined;
  return node.input(0);
}

function castInput(node: Node): Value | undefined {
  const input = node.input(0);
  const dtype = dtypeOf(input);
  return dtype !== undefined && dtype === dtypeOf(node.outputs[0]) ? input : undefined;
}

function isOneOutputSplit(node: Node): boolean {
  return node.outputs.length === 1 && sameShapeInput(node) !== undefined;
}

function unitReduction(node: Node): Value | undefined {
  const input = node.input(0);
  if (input === undefined || sameShapeInput(node) === undefined || intAttr(node, "keepdims", 1) !== 1) return undefined;
  const axes = intsAttr(node, "axes") ?? integersOf(node.input(1));
  const shape = shapeOf(input);
  const rank = rankOf(input);
  if (axes === undefined || shape === undefined || rank === undefined || axes.length === 0) return undefined;
  return axes.every((axis) => shape[axis < 0 ? axis + rank : axis] === 1) ? input : undefined;
}

/** Nodes that by their parameters do nothing. */
export const noOpRules: readonly LocalRule[] = [
  identityRule("identity", ["Identity"], (node) => node.input(0)),
  identityRule("dropout", ["Dropout"], (node, { opset }) => dropoutInput(node, opset)),
  identityRule("cast", ["Cast", "CastLike"], castInput),
  identityRule("reshape", ["Reshape", "Flatten", "Squeeze", "Unsqueeze"], sameShapeInput),
  identityRule("expand", ["Expand", "Tile"], sameShapeInput),
  identityRule("transpose", ["Transpose"], (node) => (isIdentityPermutation(node) ? node.input(0) : undefined)),
  identityRule("slice", ["Slice"], (node) => (hasPositiveSteps(node) ? sameShapeInput(node) : undefined)),
  identityRule("pad", ["Pad"], (node) => (hasZeroPads(node) ? node.input(0) : undefined)),
  identityRule("resize", ["Resize", "Upsample"], (node) => (keepsSize(node) ? node.input(0) : undefined)),
  identityRule("single-input", ["Concat", "Sum", "Max", "Min", "Mean"], (node) =>
    node.inputs.length === 1 ? node.input(0) : undefined,
  ),
  identityRule("single-output-split", ["Split"], (node) => (isOneOutputSplit(node) ? node.input(0) : undefined)),
  identityRule("unit-pool", ["MaxPool", "AveragePool"], (node) =>
    isUnitWindow(node) ? sameShapeInput(node) : undefined,
  ),
  identityRule("unit-block", ["DepthToSpace", "SpaceToDepth"], (node) =>
    intAttr(node, "blocksize") === 1 ? node.input(0) : undefined,
  ),
  identityRule("unit-reduction", ["ReduceMax", "ReduceMin", "ReduceMean", "ReduceSum", "ReduceProd"], unitReduction),
  identityRule("constant-choice", ["Where"], (node) => {
    const condition = constantOf(node.input(0));
    const chosen = condition === undefined ? undefined : uniformOf(node.input(0));
    const taken = chosen === undefined ? undefined : node.input(chosen === 0 ? 2 : 1);
    return sameShape(shapeOf(taken), shapeOf(node.outputs[0])) ? taken : undefined;
  }),
];
