import type { Node } from "../../../src/ir/index.ts";
import { floatAttr, intAttr, numbersOf } from "../../../src/ir/index.ts";
import type { Refusal } from "../../../src/rewrite/index.ts";
import { refuse } from "../../../src/rewrite/index.ts";
import { constantOf } from "../../support/facts.ts";
import type { Affine } from "./fold-affine.ts";

/**
 * A BatchNormalization with constant statistics as an affine map: scale = γ/√(σ²+ε), shift = β − μ·scale (ONNX
 * BatchNormalization, inference form).
 */
export function batchNormAffine(node: Node, channels: number): Required<Affine> | Refusal {
  if (intAttr(node, "training_mode", 0) !== 0) return refuse("it is in training mode", node);
  if (intAttr(node, "spatial", 1) === 0) return refuse("it has statistics for each position (spatial=0)", node);
  const parameters = [1, 2, 3, 4].map((index) => constantOf(node.input(index)));
  const [gamma, beta, mean, variance] = parameters.map((tensor) =>
    tensor === undefined ? undefined : numbersOf(tensor),
  );
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
    return refuse("a parameter of BatchNormalization is not a constant", node);
  if ([gamma, beta, mean, variance].some((values) => values.length !== channels))
    return refuse(`BatchNormalization has not ${channels} channels`, node);
  const epsilon = floatAttr(node, "epsilon", Math.fround(1e-5));
  const scale = Float64Array.from(
    { length: channels },
    (_, i) => (gamma[i] as number) / Math.sqrt((variance[i] as number) + epsilon),
  );
  const shift = scale.map((factor, i) => (beta[i] as number) - (mean[i] as number) * factor);
  return { scale, shift };
}
