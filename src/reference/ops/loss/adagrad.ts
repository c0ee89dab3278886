import { floatAttr } from "../../../ir/index.ts";
import { trainingStep } from "./training-step.ts";

/** Adagrad: a step scaled by the root of the accumulated squared gradient. */
export const adagrad = trainingStep("Adagrad", 1, ({ rate, count, node }) => {
  const decayed = rate / (1 + count * floatAttr(node, "decay_factor", 0));
  const [norm, epsilon] = [floatAttr(node, "norm_coefficient", 0), floatAttr(node, "epsilon", Math.fround(1e-6))];
  return ([x = 0, gradient = 0, squares = 0]) => {
    const regularized = norm * x + gradient;
    const accumulated = squares + regularized * regularized;
    return [x - (decayed * regularized) / (Math.sqrt(accumulated) + epsilon), accumulated];
  };
});
