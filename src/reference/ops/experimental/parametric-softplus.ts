import { floatAttr } from "../../../ir/index.ts";
import { softPlus } from "../math/softplus.ts";
import { unary } from "../math/unary.ts";

/** ParametricSoftplus: alpha ln(1 + exp(beta x)). */
export const parametricSoftplus = unary("ParametricSoftplus", (node) => {
  const [alpha, beta] = [floatAttr(node, "alpha", 1), floatAttr(node, "beta", 1)];
  return { real: (x) => alpha * softPlus(beta * x) };
});
