import type { Node, Tensor, Value } from "../../src/ir/index.ts";
import { dtypes, numbersOf, tensorFromNumbers } from "../../src/ir/index.ts";
import type { Pass } from "../../src/pipeline/pass.ts";
import { zeroSmallest } from "../../src/prune/index.ts";
import { scopesOf } from "../support/scopes.ts";
import { checkSparsity } from "./check-sparsity.ts";

/** Options of magnitude pruning. */
export interface LevelPruningOptions {
  /** Share of each weight tensor to set to zero, from 0 up to, but not, 1. */
  readonly sparsity: number;
}

const rule = "level";

/** Inputs that are weights, for each operator. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1],
  ConvTranspose: [1],
  Gemm: [0, 1],
  MatMul: [0, 1],
};

/** A use of a constant as weights. */
interface WeightUse {
  readonly node: Node;
  readonly index: number;
}

function isWeight(value: Value | undefined): value is Value & { readonly constant: Tensor } {
  if (value?.isConstant !== true || value.constant === undefined) return false;
  const { kind, bits } = dtypes[value.constant.dtype];
  return kind === "float" && bits >= 16;
}

/**
 * Sets the weights of least magnitude of each layer to zero (Han et al., "Learning both Weights and Connections", NeurIPS
 * 2015). Shapes stay, so the model as such gets neither smaller nor faster: the zeros pay in compressed downloads and on
 * sparse runtimes.
 */
export const pruneLevel: Pass<LevelPruningOptions> = {
  name: "prune-level",
  summary: "Sets the weights of least magnitude of each layer to zero; the file alone does not get faster by it",
  stage: "prune",
  preserves: "accuracy",
  defaults: { sparsity: 0.3 },
  run: (model, { options: { sparsity }, report }) => {
    checkSparsity(sparsity);
    const uses = new Map<Value & { readonly constant: Tensor }, WeightUse[]>();
    for (const { graph } of scopesOf(model))
      for (const node of graph.nodes())
        for (const index of node.domain === "" ? (weightInputs[node.opType] ?? []) : []) {
          const value = node.input(index);
          if (!isWeight(value)) continue;
          const list = uses.get(value);
          if (list === undefined) uses.set(value, [{ node, index }]);
          else list.push({ node, index });
        }
    let changes = 0;
    for (const [value, readers] of uses) {
      const { dtype, shape } = value.constant;
      const numbers = Float64Array.from(numbersOf(value.constant));
      const zeroed = zeroSmallest(numbers, sparsity);
      if (zeroed === 0) continue;
      const masked = value.graph.addConstant(value.name, tensorFromNumbers(dtype, shape, numbers));
      for (const { node, index } of readers) node.graph.setInput(node, index, masked);
      if (value.uses.size === 0) {
        value.graph.removeConstant(value);
        value.graph.rename(masked, value.name);
      }
      changes++;
      report({ kind: "change", rule, node: masked.name, reason: `${zeroed} of ${numbers.length} weights set to zero` });
    }
    if (changes > 0)
      report({
        kind: "note",
        rule,
        node: model.graph.name,
        reason: "zeros in dense weights save neither bytes nor time by themselves",
      });
    return { changes };
  },
};
