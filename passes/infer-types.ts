import { inferTypes as infer } from "../src/ops/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";

/** Whether a declared type that contradicts the inferred one is told, or silently replaced. */
export interface InferTypesOptions {
  readonly onConflict: "report" | "replace";
}

/** Infers the types of all values; other passes rely on them. */
export const inferTypes: Pass<InferTypesOptions> = {
  name: "infer-types",
  summary: "infers the types and shapes of all values; other passes rely on them",
  stage: "simplify",
  preserves: "bits",
  defaults: { onConflict: "replace" },
  run: (model, context) => {
    const { changed, problems } = infer(model, { onConflict: context.options.onConflict });
    for (const problem of problems) {
      const node = problem.where.node ?? problem.where.value ?? "";
      context.report({ kind: "note", rule: "infer-types", node, reason: `${problem.code}: ${problem.message}` });
    }
    return { changes: changed };
  },
};
