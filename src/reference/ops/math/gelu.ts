import { stringAttr } from "../../../ir/index.ts";
import { errorFunction } from "./erf.ts";
import { unary } from "./unary.ts";

/** Gelu: x times the normal distribution function, exact or by its tanh approximation. */
export const gelu = unary("Gelu", (node) =>
  stringAttr(node, "approximate", "none") === "tanh"
    ? { real: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))) }
    : { real: (x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)) },
);
