import { floatAttr } from "../../../ir/index.ts";
import { unary } from "./unary.ts";

/** Elu: x, or alpha (exp(x) - 1) below zero. */
export const elu = unary("Elu", (node) => {
  const alpha = floatAttr(node, "alpha", 1);
  return { real: (x) => (x < 0 ? alpha * Math.expm1(x) : x) };
});

/** Celu: max(0, x) + min(0, alpha (exp(x / alpha) - 1)). */
export const celu = unary("Celu", (node) => {
  const alpha = floatAttr(node, "alpha", 1);
  return { real: (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)) };
});

/** Selu: gamma x, or gamma alpha (exp(x) - 1) at and below zero. */
export const selu = unary("Selu", (node) => {
  const alpha = floatAttr(node, "alpha", 1.67326319217681884765625);
  const gamma = floatAttr(node, "gamma", 1.05070102214813232421875);
  return { real: (x) => (x > 0 ? gamma * x : gamma * alpha * Math.expm1(x)) };
});
