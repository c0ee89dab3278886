import { floatAttr } from "../../../ir/index.ts";
import type { BinaryRule } from "../../numeric.ts";
import { combineElements, withShape } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { unary } from "./unary.ts";

/** Relu: max(x, 0). */
export const relu = unary("Relu", { real: (x) => Math.max(x, 0), bigint: (x) => (x < 0n ? 0n : x) });

/** LeakyRelu: x, or alpha x below zero. */
export const leakyRelu = unary("LeakyRelu", (node) => {
  const alpha = floatAttr(node, "alpha", 0.01);
  return { real: (x) => (x < 0 ? alpha * x : x) };
});

/** ThresholdedRelu: x above alpha, else 0. */
export const thresholdedRelu = unary("ThresholdedRelu", (node) => {
  const alpha = floatAttr(node, "alpha", 1);
  return { real: (x) => (x > alpha ? x : 0) };
});

/** PRelu: x, or slope x below zero; the slope broadcasts to x, before opset 7 a vector of slopes along axis 1. */
export const pRelu: ReferenceOp = {
  domain: "",
  name: "PRelu",
  run: (call) => {
    const [x, slope] = [tensorInput(call, 0), tensorInput(call, 1)];
    const perChannel = call.opset < 7 && slope.shape.length === 1 && x.shape.length > 1;
    const spatial = new Array<number>(Math.max(0, x.shape.length - 2)).fill(1);
    return [combineElements(x, perChannel ? withShape(slope, [...slope.shape, ...spatial]) : slope, slopeRule)];
  },
};

const slopeRule: BinaryRule = {
  real: (x, slope) => (x < 0 ? slope * x : x),
  integer: (x, slope) => (x < 0 ? Math.imul(slope, x) : x),
  bigint: (x, slope) => (x < 0n ? slope * x : x),
};

/** Shrink: values within lambd of zero become 0, the others move by bias toward it. */
export const shrink = unary("Shrink", (node) => {
  const [bias, lambd] = [floatAttr(node, "bias", 0), floatAttr(node, "lambd", 0.5)];
  return { real: (x) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0) };
});
