import { floatAttr } from "../../../ir/index.ts";
import { unary } from "../math/unary.ts";

/** ScaledTanh: alpha tanh(beta x). */
export const scaledTanh = unary("ScaledTanh", (node) => {
  const [alpha, beta] = [floatAttr(node, "alpha", 1), floatAttr(node, "beta", 1)];
  return { real: (x) => alpha * Math.tanh(beta * x) };
});
