import type { Attribute, Node, Value } from "../../../src/ir/index.ts";
import { attr, floatAttr, intAttr, intsAttr, numbersOf, stringAttr } from "../../../src/ir/index.ts";
import type { Match, Refusal, Rule } from "../../../src/rewrite/index.ts";
import { anyValue, op, optional, refuse, rule } from "../../../src/rewrite/index.ts";
import { constantOf, integersOf, nonNegativeAxis, rankOf } from "../../support/facts.ts";
import { isNonNegativeClip } from "../../support/non-negative-clip.ts";

/** Zeros or other constants around the spatial axes: the amounts in the layout of the attribute `pads`. */
interface SpatialPad {
  readonly pads: readonly number[];
  readonly value: number;
}

/** Reads a Pad of any opset: attributes before 11, inputs since, `axes` since 18. */
function spatialPad(node: Node): SpatialPad | Refusal {
  if (stringAttr(node, "mode", "constant") !== "constant") return refuse("it pads with values of its input", node);
  const rank = rankOf(node.input(0)) ?? rankOf(node.output);
  const amounts = intsAttr(node, "pads") ?? integersOf(node.input(1));
  if (rank === undefined || amounts === undefined) return refuse("rank or amounts of the Pad are not known", node);
  const axes = node.input(3) === undefined ? Array.from({ length: rank }, (_, i) => i) : integersOf(node.input(3));
  if (axes === undefined || amounts.length !== 2 * axes.length)
    return refuse("the axes of the Pad are not known", node);
  const all = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    const at = nonNegativeAxis(axis, rank);
    all[at] = amounts[i] as number;
    all[rank + at] = amounts[axes.length + i] as number;
  });
  if (all.some((amount) => amount < 0)) return refuse("the Pad also crops", node);
  if ([0, 1, rank, rank + 1].some((at) => all[at] !== 0)) return refuse("the Pad widens batch or channels", node);
  const value = padValue(node);
  if (value === undefined) return refuse("the value of the Pad is not a constant", node);
  return { pads: [...all.slice(2, rank), ...all.slice(rank + 2)], value };
}

function padValue(node: Node): number | undefined {
  const input = node.input(2);
  if (input === undefined) return floatAttr(node, "value", 0);
  const tensor = constantOf(input);
  return tensor === undefined ? undefined : numbersOf(tensor)[0];
}

/** The window's own padding and the Pad's together; a refusal where the operator computes its padding from the shape. */
function withPads(node: Node, pad: SpatialPad): Map<string, Attribute> | Refusal {
  const mode = stringAttr(node, "auto_pad", "NOTSET");
  if (mode !== "NOTSET" && mode !== "VALID") return refuse(`its padding is computed from the shape (${mode})`, node);
  const own = mode === "VALID" ? undefined : intsAttr(node, "pads");
  const attributes = new Map(node.attributes);
  attributes.delete("auto_pad");
  attributes.set("pads", attr.ints(pad.pads.map((amount, i) => amount + (own?.[i] ?? 0))));
  return attributes;
}

/** Kernels of runtimes want less padding than the window is long (onnxruntime's pooling refuses more). */
function checkPoolPads(node: Node, attributes: ReadonlyMap<string, Attribute>): Refusal | undefined {
  const kernel = intsAttr(node, "kernel_shape", []);
  const pads = intsAttr({ attributes }, "pads", []);
  if (pads.some((amount, i) => amount >= (kernel[i % kernel.length] as number)))
    return refuse("a window would lie wholly in the padding", node);
  if (intAttr(node, "ceil_mode", 0) !== 0) return refuse("ceil_mode treats own padding in another way", node);
  if (intsAttr(node, "dilations", []).some((dilation) => dilation !== 1)) return refuse("the window is dilated", node);
  return undefined;
}

const pad = op("Pad", [anyValue("x"), optional(anyValue()), optional(anyValue()), optional(anyValue())], {
  name: "pad",
});

type PadMatch = Match<"x" | "pad">;

function isRefusal(value: SpatialPad | Map<string, Attribute> | Refusal): value is Refusal {
  return "reason" in value;
}

/** The attributes of the operator with the Pad in them. */
function merged(match: PadMatch, accepts: (value: number) => string | undefined): Map<string, Attribute> | Refusal {
  const found = spatialPad(match.node("pad"));
  if (isRefusal(found)) return found;
  const objection = accepts(found.value);
  return objection === undefined ? withPads(match.root, found) : refuse(objection, match.node("pad"));
}

const zeroOnly = (value: number): string | undefined =>
  value === 0 ? undefined : `the Pad writes ${value}, padding of the operator is 0`;

/** Operators whose results are never negative: a padding of 0 then loses every comparison with a real element or ties. */
const nonNegative: ReadonlySet<string> = new Set(["Relu", "Sigmoid", "Softmax", "Abs", "Exp", "HardSigmoid", "Sqrt"]);

function isNonNegative(value: Value): boolean {
  const { producer } = value;
  if (producer === undefined || producer.domain !== "") return false;
  return nonNegative.has(producer.opType) || isNonNegativeClip(producer);
}

/** A Pad before a window operator becomes the operator's own padding. */
export const padRules: readonly Rule[] = [
  rule({
    name: "pad-conv",
    before: "Conv(Pad(x, 0))",
    after: "Conv(x) with pads",
    preserves: "tolerance",
    pattern: op(["Conv", "ConvInteger"], [pad, anyValue()], { moreInputs: true }),
    check: (match) =>
      match.root.opType === "ConvInteger" && match.root.input(2) !== undefined
        ? refuse("the zero point of the input is not the value of the Pad", match.root)
        : undefined,
    rewrite: (match, build) => {
      const attributes = merged(match, zeroOnly);
      if (isRefusal(attributes)) return attributes;
      return build.op(match.root.opType, [match.value("x"), ...match.root.inputs.slice(1)], attributes);
    },
  }),
  rule({
    name: "pad-averagepool",
    before: "AveragePool(Pad(x, 0))",
    after: "AveragePool(x) with pads, count_include_pad",
    preserves: "tolerance",
    pattern: op("AveragePool", [pad]),
    rewrite: (match, build) => {
      const pool = match.root;
      const countsPads = intAttr(pool, "count_include_pad", 0) !== 0;
      if (!countsPads && intsAttr(pool, "pads", []).some((amount) => amount !== 0))
        return refuse("it leaves its own padding out of the mean, but not the Pad's", pool);
      const attributes = merged(match, zeroOnly);
      if (isRefusal(attributes)) return attributes;
      const refusal = checkPoolPads(pool, attributes);
      if (refusal !== undefined) return refusal;
      attributes.set("count_include_pad", attr.int(1));
      return build.op("AveragePool", [match.value("x")], attributes);
    },
  }),
  rule({
    name: "pad-maxpool",
    before: "MaxPool(Pad(x, -inf))",
    after: "MaxPool(x) with pads",
    preserves: "bits",
    pattern: op("MaxPool", [pad]),
    check: (match) =>
      (match.root.outputs[1]?.uses.size ?? 0) > 0 ? refuse("the indices count the padding", match.root) : undefined,
    rewrite: (match, build) => {
      const attributes = merged(match, (value) => {
        if (value === -Infinity || value <= -3.4028234663852886e38) return undefined;
        if (value <= 0 && isNonNegative(match.value("x"))) return undefined;
        return `the Pad writes ${value}, which may exceed an element of the window`;
      });
      if (isRefusal(attributes)) return attributes;
      const refusal = checkPoolPads(match.root, attributes);
      return refusal ?? build.op("MaxPool", [match.value("x")], attributes);
    },
  }),
];
