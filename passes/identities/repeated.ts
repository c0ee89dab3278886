import type { DType, Node, Value } from "../../src/ir/index.ts";
import { attr, dtypes, equalTensors, floatAttr, isInteger, sameShape } from "../../src/ir/index.ts";
import { traitsOf } from "../../src/ops/traits.ts";
import type { LocalRule } from "../support/local-rules.ts";
import { constantOf, dtypeOf, shapeOf, uniformOf } from "../support/facts.ts";
import { isNonNegativeClip } from "../support/non-negative-clip.ts";
import { identityRule } from "./rule.ts";

/** Bits of the significand (hidden one included) and exponent range that decide what a float type holds exactly. */
const floatFacts: Partial<Record<DType, { readonly significand: number; readonly exponent: number }>> = {
  float16: { significand: 11, exponent: 5 },
  bfloat16: { significand: 8, exponent: 8 },
  float32: { significand: 24, exponent: 8 },
  float64: { significand: 53, exponent: 11 },
};

/** True when every value of `from` is a value of `to`. */
function holdsExactly(from: DType, to: DType): boolean {
  if (from === to) return true;
  const [source, wide] = [floatFacts[from], floatFacts[to]];
  if (source !== undefined)
    return wide !== undefined && source.significand <= wide.significand && source.exponent <= wide.exponent;
  if (from === "bool") return wide !== undefined || isInteger(to);
  if (!isInteger(from)) return false;
  const magnitude = dtypes[from].bits - (dtypes[from].kind === "signed" ? 1 : 0);
  if (wide !== undefined) return magnitude <= wide.significand && wide.exponent >= 8;
  if (!isInteger(to)) return false;
  if (dtypes[to].kind === "unsigned") return dtypes[from].kind === "unsigned" && dtypes[from].bits <= dtypes[to].bits;
  return magnitude <= dtypes[to].bits - 1;
}

/** The node of the default domain that computes a value, when it is of the given operator. */
function producedBy(value: Value | undefined, opType: string): Node | undefined {
  const node = value?.producer;
  return node?.opType === opType && node.domain === "" ? node : undefined;
}

const castPair: LocalRule = {
  name: "cast-pair",
  ops: ["Cast"],
  apply: (node) => {
    const inner = producedBy(node.input(0), "Cast");
    const source = inner?.input(0);
    const [from, between] = [dtypeOf(source), dtypeOf(node.input(0))];
    if (inner === undefined || source === undefined || from === undefined || between === undefined) return undefined;
    if (!holdsExactly(from, between)) return undefined;
    // One value has a text for each type: True, 1 and 1.0.
    if (dtypeOf(node.outputs[0]) === "string" && from !== between) return undefined;
    node.graph.setInput(node, 0, source);
    return `Cast reads "${source.name}" directly: ${between} holds every ${from}`;
  },
};

const transposePair: LocalRule = {
  name: "transpose-pair",
  ops: ["Transpose"],
  apply: (node) => {
    const inner = producedBy(node.input(0), "Transpose");
    const source = inner?.input(0);
    const [outer, first] = [node.attributes.get("perm"), inner?.attributes.get("perm")];
    if (inner === undefined || source === undefined || outer?.kind !== "ints" || first?.kind !== "ints")
      return undefined;
    const perm = outer.value.map((axis) => first.value[Number(axis)] ?? 0n);
    node.graph.setInput(node, 0, source);
    node.graph.setAttribute(node, "perm", attr.ints(perm));
    return `Transpose reads "${source.name}" with perm ${perm.join(",")}`;
  },
};

/** Operators whose every result is at least 0 and never the negative zero. */
const nonNegative: ReadonlySet<string> = new Set(["Relu", "Abs", "Sigmoid", "Softmax", "Exp", "HardSigmoid"]);

function nonNegativeInput(node: Node): Value | undefined {
  const input = node.input(0);
  const producer = input?.producer;
  if (producer === undefined || producer.domain !== "") return undefined;
  return nonNegative.has(producer.opType) || isNonNegativeClip(producer) ? input : undefined;
}

function sameOperands(node: Node): Value | undefined {
  const [first, ...rest] = node.inputs;
  if (first === undefined || rest.length === 0 || rest.some((input) => input !== first)) return undefined;
  return sameShape(shapeOf(first), shapeOf(node.outputs[0])) ? first : undefined;
}

function clipIsOpen(node: Node): boolean {
  const bound = (attribute: string, index: number): number | undefined => {
    const input = node.input(index);
    return floatAttr(node, attribute) ?? (input === undefined ? undefined : (uniformOf(input) ?? Number.NaN));
  };
  const [low, high] = [bound("min", 1), bound("max", 2)];
  return (low === undefined || low === -Infinity) && (high === undefined || high === Infinity);
}

function isSameConstant(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  const [left, right] = [constantOf(a), constantOf(b)];
  return left !== undefined && right !== undefined && equalTensors(left, right);
}

/**
 * QuantizeLinear of what DequantizeLinear made of x with the same parameters gives x back exactly: in single precision,
 * whose significand is longer than any quantized integer.
 */
function requantized(node: Node): Value | undefined {
  const inner = producedBy(node.input(0), "DequantizeLinear");
  if (inner === undefined || dtypeOf(inner.input(0)) !== dtypeOf(node.outputs[0])) return undefined;
  if (dtypeOf(inner.input(1)) !== "float32" || dtypeOf(inner.outputs[0]) !== "float32") return undefined;
  if (!isSameConstant(inner.input(1), node.input(1)) || !isSameConstant(inner.input(2), node.input(2)))
    return undefined;
  const setting = (n: Node, name: string): unknown => {
    const attribute = n.attributes.get(name);
    return attribute?.kind === "int" ? attribute.value : undefined;
  };
  if (["axis", "block_size"].some((name) => setting(inner, name) !== setting(node, name))) return undefined;
  return inner.input(0);
}

function appliedTwice(node: Node): Value | undefined {
  const inner = node.input(0)?.producer;
  if (inner === undefined || inner.opType !== node.opType || inner.domain !== node.domain) return undefined;
  return traitsOf(node.domain, node.opType).idempotent === true &&
    node.attributes.size === 0 &&
    node.inputs.length === 1
    ? node.input(0)
    : undefined;
}

const idempotentOps = ["Relu", "Abs", "Ceil", "Floor", "Round", "Sign"] as const;

/** Nodes made superfluous by the node before them. */
export const repeatedRules: readonly LocalRule[] = [
  castPair,
  transposePair,
  identityRule("applied-twice", idempotentOps, appliedTwice),
  identityRule("involution", ["Neg", "Not"], (node) => producedBy(node.input(0), node.opType)?.input(0)),
  identityRule("non-negative", ["Relu", "Abs"], nonNegativeInput),
  identityRule("same-operands", ["Max", "Min", "And", "Or"], sameOperands),
  identityRule("same-choice", ["Where"], (node) => {
    const [, left, right] = node.inputs;
    return left === right && sameShape(shapeOf(left), shapeOf(node.outputs[0])) ? left : undefined;
  }),
  identityRule("open-clip", ["Clip"], (node) => (clipIsOpen(node) ? node.input(0) : undefined)),
  identityRule("requantize", ["QuantizeLinear"], requantized),
];
