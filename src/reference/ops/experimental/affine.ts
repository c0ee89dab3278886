import { floatAttr } from "../../../ir/index.ts";
import { unary } from "../math/unary.ts";

/** Affine: alpha x + beta. */
export const affine = unary("Affine", (node) => {
  const [alpha, beta] = [floatAttr(node, "alpha", 1), floatAttr(node, "beta", 0)];
  return { real: (x) => alpha * x + beta };
});
