import type { Graph, Model } from "../src/ir/index.ts";
import type { Pass, PassContext, PassResult } from "../src/pipeline/pass.ts";
import { runLocalRules } from "./support/local-rules.ts";
import { canReplace, removeIfDead, replaceValue } from "./support/replace.ts";
import { scopesOf } from "./support/scopes.ts";
import { applyLayouts } from "./transpose/apply-layouts.ts";
import { chooseLayouts } from "./transpose/layout-cut.ts";
import type { Permutation } from "./transpose/permutation.ts";
import { invert, isIdentity, permutationOf } from "./transpose/permutation.ts";
import { exactReductions, roundingReductions, transposedReductionRule } from "./transpose/reduction.ts";

/** The permutations of the graph's transposes and their inverses, each once, in the order of first use. */
function permutationsIn(graph: Graph): readonly Permutation[] {
  const found = new Map<string, Permutation>();
  const keep = (perm: Permutation): unknown => found.has(perm.join()) || found.set(perm.join(), perm);
  for (const node of graph.nodes()) {
    const perm = node.opType === "Transpose" && node.domain === "" ? permutationOf(node) : undefined;
    if (perm === undefined || isIdentity(perm)) continue;
    keep(perm);
    keep(invert(perm));
  }
  return [...found.values()];
}

/** Removes transposes that nothing reads any more or that move nothing. */
function removeIdle(graph: Graph): void {
  for (const node of graph.nodesReversed()) {
    if (node.opType !== "Transpose" || node.domain !== "") continue;
    const [input, output] = [node.input(0), node.output];
    const perm = permutationOf(node);
    const isIdle = perm !== undefined && isIdentity(perm);
    if (isIdle && input !== undefined && canReplace(output, input)) replaceValue(output, input);
    removeIfDead(node);
  }
}

function push(model: Model, context: PassContext<unknown>, pass: string, rounding: boolean): PassResult {
  const ops = rounding ? [...exactReductions, ...roundingReductions] : exactReductions;
  let changes = runLocalRules(pass, [transposedReductionRule(ops)], model, context).changes;
  for (const { graph, opset } of scopesOf(model))
    for (const perm of permutationsIn(graph)) {
      const change = chooseLayouts(graph, perm, opset, rounding);
      if (change.plans.size === 0) continue;
      applyLayouts(graph, change, perm);
      removeIdle(graph);
      changes += change.plans.size;
      const reason = `${change.plans.size} nodes work on axes in the order ${invert(perm).join(",")} now`;
      context.report({ kind: "change", rule: "layout", node: graph.name, reason });
    }
  return { changes };
}

/**
 * Moves transposes through nodes that work in every layout, to where they cancel: per permutation a minimum cut over the
 * bytes that all transposes move, so that these never grow.
 */
export const pushTransposes: Pass<null> = {
  name: "push-transposes",
  summary: "moves transposes through nodes that give the same bits in every layout, to where they cancel",
  stage: "simplify",
  preserves: "bits",
  defaults: null,
  run: (model, context) => push(model, context, "push-transposes", false),
};

/** As push-transposes, and through Softmax and sums, which may round differently when the axes lie in another order. */
export const pushTransposesThroughSums: Pass<null> = {
  name: "push-transposes-through-sums",
  summary: "as push-transposes, and through Softmax and reductions that sum",
  stage: "simplify",
  preserves: "tolerance",
  defaults: null,
  run: (model, context) => push(model, context, "push-transposes-through-sums", true),
};
