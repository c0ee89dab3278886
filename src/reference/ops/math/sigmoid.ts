import { floatAttr } from "../../../ir/index.ts";
import { unary } from "./unary.ts";

/** The logistic function. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Sigmoid: 1 / (1 + exp(-x)). */
export const sigmoid = unary("Sigmoid", { real: logistic });

/** HardSigmoid: alpha x + beta, clipped to [0, 1]. */
export const hardSigmoid = unary("HardSigmoid", (node) => {
  const [alpha, beta] = [floatAttr(node, "alpha", 0.2), floatAttr(node, "beta", 0.5)];
  return { real: (x) => Math.max(0, Math.min(1, alpha * x + beta)) };
});

/** HardSwish: x HardSigmoid(x) with alpha 1/6 and beta 1/2. */
export const hardSwish = unary("HardSwish", { real: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)) });

/** Swish: x sigmoid(alpha x). */
export const swish = unary("Swish", (node) => {
  const alpha = floatAttr(node, "alpha", 1);
  return { real: (x) => x * logistic(alpha * x) };
});
