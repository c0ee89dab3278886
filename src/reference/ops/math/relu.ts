import { floatAttr } from "../../../ir/index.ts";
import { binary } from "./binary.ts";
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

/** PRelu: x, or slope x below zero; the slope broadcasts to x. */
export const pRelu = binary("PRelu", {
  real: (x, slope) => (x < 0 ? slope * x : x),
  integer: (x, slope) => (x < 0 ? Math.imul(slope, x) : x),
  bigint: (x, slope) => (x < 0n ? slope * x : x),
});

/** Shrink: values within lambd of zero become 0, the others move by bias toward it. */
export const shrink = unary("Shrink", (node) => {
  const [bias, lambd] = [floatAttr(node, "bias", 0), floatAttr(node, "lambd", 0.5)];
  return { real: (x) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0) };
});
