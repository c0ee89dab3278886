import { floatAttr } from "../../../ir/index.ts";
import { binary } from "./binary.ts";
import { logistic } from "./sigmoid.ts";

/** SwiGLU: Swish of the gate times the value. */
export const swiGlu = binary("SwiGLU", ({ node }) => {
  const alpha = floatAttr(node, "alpha", 1);
  return { real: (gate, value) => gate * logistic(alpha * gate) * value };
});
