import type { Node, StaticShape, Tensor } from "../../src/ir/index.ts";
import { intAttr, intsAttr, stringAttr } from "../../src/ir/index.ts";
import type { Match, Pattern, Refusal } from "../../src/rewrite/index.ts";
import { anyValue, constant, op, optional, refuse } from "../../src/rewrite/index.ts";
import { constantOf } from "../support/facts.ts";

/** A convolution with constant weights in float32. */
export function convOf(opType: "Conv" | "ConvTranspose"): Pattern<"x" | "w" | "b"> {
  return op(opType, [anyValue("x"), constant("w", ({ dtype }) => dtype === "float32"), optional(anyValue("b"))]);
}

/** How a convolution walks over its input, attributes that are left out included. */
export interface ConvWalk {
  /** Sizes of the window, one an axis. */
  readonly window: StaticShape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begins of all axes, then ends. */
  readonly pads: readonly number[];
  readonly group: number;
}

/** The walk of a convolution whose weights are […, …, window…]; undefined where the padding is left to `auto_pad`. */
export function walkOf(node: Node, weights: Tensor): ConvWalk | undefined {
  const window = weights.shape.slice(2);
  const autoPad = stringAttr(node, "auto_pad", "NOTSET");
  if (autoPad !== "NOTSET" && autoPad !== "VALID") return undefined;
  const ones = window.map(() => 1);
  return {
    window,
    strides: intsAttr(node, "strides", ones),
    dilations: intsAttr(node, "dilations", ones),
    pads: autoPad === "VALID" ? [] : intsAttr(node, "pads", []),
    group: intAttr(node, "group", 1),
  };
}

/** Whether every number of a list is the one given. */
export function areAll(numbers: readonly number[], wanted: number): boolean {
  return numbers.every((number) => number === wanted);
}

/** A refusal unless the bias is a constant with one number for each of so many channels, or absent. */
export function checkBias(match: Match<"x" | "w" | "b">, channels: number): Refusal | undefined {
  const bias = match.maybe("b");
  if (bias === undefined) return undefined;
  const { shape } = constantOf(bias) ?? {};
  return shape?.length === 1 && shape[0] === channels
    ? undefined
    : refuse("its bias is no constant with one number for each output channel", match.root);
}
