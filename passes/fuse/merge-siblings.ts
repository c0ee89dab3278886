import type { Pass } from "../../src/pipeline/pass.ts";
import { effectiveOpset } from "../../src/ops/index.ts";
import { channelCounts, findSiblings } from "./siblings/find.ts";
import { mergeGroup } from "./siblings/merge.ts";

/** Options of merge-siblings. */
export interface MergeSiblingsOptions {
  /** Names of the groups to merge (as the pass reports them), so that each can be timed alone; undefined: every group. */
  readonly only: readonly string[] | undefined;
  /** Least number of operators in a group. */
  readonly minSiblings: number;
}

/** One MatMul, Gemm or Conv in the place of several on one input, and a Split. Faster or slower: time it. */
export const mergeSiblings: Pass<MergeSiblingsOptions> = {
  name: "merge-siblings",
  summary: "merges MatMuls, Gemms or Convs on one input (Q, K, V; Inception branches) into one and a Split",
  stage: "fuse",
  preserves: "tolerance",
  rules: ["merge-siblings"],
  defaults: { only: undefined, minSiblings: 2 },
  run(model, context) {
    const { only, minSiblings } = context.options;
    let changes = 0;
    if (context.disabledRules.has("merge-siblings/merge-siblings")) return { changes };
    const roots = [model.graph, ...[...model.functions.values()].map((fn) => fn.body)];
    for (const root of roots)
      for (const graph of [...root.allGraphs()]) {
        const opset = effectiveOpset(model, graph);
        if (opset === undefined) continue;
        for (const group of findSiblings(graph)) {
          context.signal.throwIfAborted();
          if (group.siblings.length < minSiblings || only?.includes(group.name) === false) continue;
          const sizes = channelCounts(group).join(" + ");
          mergeGroup(group, opset);
          changes++;
          context.report({
            kind: "change",
            rule: "merge-siblings",
            node: group.name,
            reason: `${group.siblings.length} operators of ${sizes} channels became one and a Split`,
          });
        }
      }
    return { changes, byRule: new Map([["merge-siblings", changes]]) };
  },
};
