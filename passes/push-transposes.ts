import type { Graph } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";
import { canReplace, removeIfDead, replaceValue } from "./support/replace.ts";
import { scopesOf } from "./support/scopes.ts";
import { applyLayouts } from "./transpose/apply-layouts.ts";
import { chooseLayouts } from "./transpose/layout-cut.ts";
import type { Permutation } from "./transpose/permutation.ts";
import { invert, isIdentity, permutationOf } from "./transpose/permutation.ts";

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

/**
 * Moves transposes through nodes that work in every layout, to where they cancel: per permutation a minimum cut over the
 * bytes that all transposes move, so that these never grow.
 */
export const pushTransposes: Pass<null> = {
  name: "push-transposes",
  summary: "moves transposes through nodes that work in every layout, to where they cancel",
  stage: "simplify",
  preserves: "bits",
  defaults: null,
  run: (model, context) => {
    let changes = 0;
    for (const { graph, opset } of scopesOf(model))
      for (const perm of permutationsIn(graph)) {
        const change = chooseLayouts(graph, perm, opset);
        if (change.plans.size === 0) continue;
        applyLayouts(graph, change, perm);
        removeIdle(graph);
        changes += change.plans.size;
        const reason = `${change.plans.size} nodes work on axes in the order ${invert(perm).join(",")} now`;
        context.report({ kind: "change", rule: "push-transposes", node: graph.name, reason });
      }
    return { changes };
  },
};
