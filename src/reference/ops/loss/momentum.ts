import { floatAttr, stringAttr } from "../../../ir/index.ts";
import { trainingStep } from "./training-step.ts";

/** Momentum: gradient descent with standard or Nesterov momentum. */
export const momentum = trainingStep("Momentum", 1, ({ rate, count, node }) => {
  const [alpha, norm] = [floatAttr(node, "alpha", 0), floatAttr(node, "norm_coefficient", 0)];
  const beta = count > 0 ? floatAttr(node, "beta", 1) : 1;
  const nesterov = stringAttr(node, "mode") === "nesterov";
  return ([x = 0, gradient = 0, velocity = 0]) => {
    const regularized = norm * x + gradient;
    const v = alpha * velocity + beta * regularized;
    return [x - rate * (nesterov ? regularized + alpha * v : v), v];
  };
});
