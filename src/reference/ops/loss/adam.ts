import { floatAttr } from "../../../ir/index.ts";
import { trainingStep } from "./training-step.ts";

/** Adam: a step along the averaged gradient, scaled by the root of the averaged squared gradient. */
export const adam = trainingStep("Adam", 2, ({ rate, count, node }) => {
  const alpha = floatAttr(node, "alpha", Math.fround(0.9));
  const beta = floatAttr(node, "beta", Math.fround(0.999));
  const [norm, normPost] = [floatAttr(node, "norm_coefficient", 0), floatAttr(node, "norm_coefficient_post", 0)];
  const epsilon = floatAttr(node, "epsilon", Math.fround(1e-6));
  const adjusted = count > 0 ? (rate * Math.sqrt(1 - beta ** count)) / (1 - alpha ** count) : rate;
  return ([x = 0, gradient = 0, average = 0, squares = 0]) => {
    const regularized = norm * x + gradient;
    const v = alpha * average + (1 - alpha) * regularized;
    const h = beta * squares + (1 - beta) * regularized * regularized;
    return [(1 - normPost) * (x - (adjusted * v) / (Math.sqrt(h) + epsilon)), v, h];
  };
});
