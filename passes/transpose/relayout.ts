import type { Node, Tensor } from "../../src/ir/index.ts";
import { attr, int64Tensor, intAttr, intsAttr, tensorFromNumbers, numbersOf } from "../../src/ir/index.ts";
import { traitsOf } from "../../src/ops/index.ts";
import { axesOf, constantOf, countOf, integersOf, nonNegativeAxis, rankOf } from "../support/facts.ts";
import type { Permutation } from "./permutation.ts";
import { invert, permute } from "./permutation.ts";
import { exactReductions, roundingReductions } from "./reduction.ts";
import { alignRank, permuteTensor } from "./permute-tensor.ts";

/** How a node computes Transpose(invert(perm)) of its present outputs from the same of its present inputs. */
export interface Relayout {
  /** Inputs that must come with their axes permuted. */
  readonly data: readonly number[];
  /** Changes attributes and constant inputs; the caller sets the data inputs. */
  readonly apply: () => void;
}

type Plan = (node: Node, perm: Permutation, opset: number) => Relayout | undefined;

const nothing = (): void => undefined;

/** Outputs and inputs of the given numbers have as many axes as the permutation. */
function hasRank(node: Node, perm: Permutation, inputs: readonly number[]): boolean {
  return (
    inputs.every((index) => rankOf(node.input(index)) === perm.length) &&
    node.outputs.every((output) => output === undefined || rankOf(output) === perm.length)
  );
}

function setConstant(node: Node, index: number, tensor: Tensor): void {
  const old = node.input(index);
  node.graph.setInput(node, index, node.graph.addConstant(old?.name ?? `${node.name}_input`, tensor));
}

const onlyFirst: Plan = (node, perm) => (hasRank(node, perm, [0]) ? { data: [0], apply: nothing } : undefined);

/** Operands of full rank are data, constants get their axes permuted, single elements fit every layout. */
const broadcast: Plan = (node, perm) => {
  if (!hasRank(node, perm, [])) return undefined;
  const data: number[] = [];
  const constants: [number, Tensor][] = [];
  for (const [index, input] of node.inputs.entries()) {
    if (input === undefined || countOf(input) === 1) continue;
    const tensor = constantOf(input);
    const aligned = tensor === undefined ? undefined : alignRank(tensor, perm.length);
    if (aligned !== undefined) constants.push([index, aligned]);
    else if (rankOf(input) === perm.length) data.push(index);
    else return undefined;
  }
  const apply = (): void => {
    for (const [index, tensor] of constants) setConstant(node, index, permuteTensor(tensor, invert(perm)));
  };
  return data.length === 0 ? undefined : { data, apply };
};

/** Operators with one attribute `axis` that means the same in every layout. */
function alongAxis(fallback: number, indices: (node: Node) => readonly number[]): Plan {
  return (node, perm) => {
    const data = indices(node);
    if (!hasRank(node, perm, data)) return undefined;
    const axis = perm[nonNegativeAxis(intAttr(node, "axis", fallback), perm.length)];
    if (axis === undefined) return undefined;
    return { data, apply: () => node.graph.setAttribute(node, "axis", attr.int(axis)) };
  };
}

const first = (): readonly number[] => [0];

const reduce: Plan = (node, perm) => {
  if (intAttr(node, "keepdims", 1) !== 1 || !hasRank(node, perm, [0])) return undefined;
  const axes = axesOf(node);
  if (axes === undefined) return undefined;
  if (axes === "absent" || axes.length === 0) return { data: [0], apply: nothing };
  const moved = axes.map((axis) => perm[nonNegativeAxis(axis, perm.length)] ?? 0).sort((a, b) => a - b);
  const apply = (): void => {
    if (node.attributes.has("axes")) node.graph.setAttribute(node, "axes", attr.ints(moved));
    else setConstant(node, 1, int64Tensor(moved));
  };
  return { data: [0], apply };
};

const pad: Plan = (node, perm) => {
  if (!hasRank(node, perm, [0]) || node.input(3) !== undefined) return undefined;
  const pads = intsAttr(node, "pads") ?? integersOf(node.input(1));
  if (pads === undefined || pads.length !== 2 * perm.length) return undefined;
  const inverse = invert(perm);
  const moved = [...permute(pads.slice(0, perm.length), inverse), ...permute(pads.slice(perm.length), inverse)];
  const apply = (): void => {
    if (node.attributes.has("pads")) node.graph.setAttribute(node, "pads", attr.ints(moved));
    else setConstant(node, 1, int64Tensor(moved));
  };
  return { data: [0], apply };
};

const slice: Plan = (node, perm) => {
  if (!hasRank(node, perm, [0])) return undefined;
  const inAttributes = node.attributes.has("starts");
  const starts = intsAttr(node, "starts") ?? integersOf(node.input(1));
  const axes = axesOf(node, 3);
  if (axes === undefined || (axes === "absent" && starts === undefined)) return undefined;
  const present = axes === "absent" ? (starts ?? []).map((_, i) => i) : axes;
  const moved = present.map((axis) => perm[nonNegativeAxis(axis, perm.length)] ?? 0);
  const apply = (): void => {
    if (inAttributes) node.graph.setAttribute(node, "axes", attr.ints(moved));
    else if (axes === "absent")
      node.graph.setInput(node, 3, node.graph.addConstant(`${node.name}_axes`, int64Tensor(moved)));
    else setConstant(node, 3, int64Tensor(moved));
  };
  return { data: [0], apply };
};

/** Only towards scales of 1 on the two leading axes: other layouts are missing from some runtimes. */
const resize: Plan = (node, perm) => {
  if (!hasRank(node, perm, [0]) || node.attributes.has("axes")) return undefined;
  if (node.input(1) !== undefined && countOf(node.input(1)) !== 0) return undefined;
  const index = node.input(3) === undefined ? 2 : 3;
  const tensor = constantOf(node.input(index));
  if (tensor === undefined || tensor.shape[0] !== perm.length) return undefined;
  const inverse = invert(perm);
  const moved = permute(Array.from(numbersOf(tensor)), inverse);
  if (index !== 2 || moved[0] !== 1 || moved[1] !== 1) return undefined;
  return { data: [0], apply: () => setConstant(node, index, tensorFromNumbers(tensor.dtype, [perm.length], moved)) };
};

/** Per-tensor parameters fit every layout; per-axis ones go with their axis. */
const quantize: Plan = (node, perm, opset) => {
  if (!hasRank(node, perm, [0]) || intAttr(node, "block_size", 0) !== 0) return undefined;
  if (countOf(node.input(1)) === 1) return { data: [0], apply: nothing };
  return rankOf(node.input(1)) === 1 ? alongAxis(1, first)(node, perm, opset) : undefined;
};

const softmaxLike: Plan = (node, perm, opset) => (opset >= 13 ? alongAxis(-1, first)(node, perm, opset) : undefined);

const keepsAxis: Plan = (node, perm, opset) =>
  intAttr(node, "keepdims", 1) === 1 ? alongAxis(0, first)(node, perm, opset) : undefined;

/** Operators, beside the elementwise ones, that give the same bits in every layout. */
const exactPlans: ReadonlyMap<string, Plan> = new Map<string, Plan>([
  ["Concat", alongAxis(0, (node) => node.inputs.map((_, i) => i))],
  ["Split", alongAxis(0, first)],
  ["Hardmax", softmaxLike],
  ...["ArgMax", "ArgMin"].map((op) => [op, keepsAxis] as const),
  ...exactReductions.map((op) => [op, reduce] as const),
  ["Pad", pad],
  ["Slice", slice],
  ["Resize", resize],
  ["QuantizeLinear", quantize],
  ["DequantizeLinear", quantize],
  ["Dropout", onlyFirst],
  ["Clip", onlyFirst],
]);

/** Those that sum along axes: the order of the terms, and with it the rounding, may depend on the layout. */
const roundingPlans: ReadonlyMap<string, Plan> = new Map<string, Plan>([
  ...["Softmax", "LogSoftmax"].map((op) => [op, softmaxLike] as const),
  ...roundingReductions.map((op) => [op, reduce] as const),
]);

/**
 * The plan for a node, when it works in every layout and all it needs to know is known; nodes that may round differently
 * only when `rounding`.
 */
export function relayout(node: Node, perm: Permutation, opset: number, rounding: boolean): Relayout | undefined {
  if (node.domain !== "") return undefined;
  const plan = exactPlans.get(node.opType) ?? (rounding ? roundingPlans.get(node.opType) : undefined);
  if (plan !== undefined) return plan(node, perm, opset);
  const { elementwise } = traitsOf(node.domain, node.opType);
  if (elementwise === undefined || node.outputs.length !== 1) return undefined;
  return elementwise === "unary" ? onlyFirst(node, perm, opset) : broadcast(node, perm, opset);
}
