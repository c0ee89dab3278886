import type { Pass, PassContext } from "../../src/pipeline/pass.ts";
import type { Rule } from "../../src/rewrite/index.ts";
import { applyRules } from "../../src/rewrite/index.ts";

/** What a pass made of rules is told; its rules may depend on its options. */
export interface RulePassSpec<O> {
  readonly name: string;
  readonly summary: string;
  readonly stage: Pass["stage"];
  readonly defaults: O;
  readonly rules: readonly Rule[];
  /** The rules in force with these options; all of them unless told. */
  readonly select?: (options: O) => readonly Rule[];
}

/** A pass that applies rules to a fixpoint. It preserves what the least of its rules does. */
export function rulePass<O>(spec: RulePassSpec<O>): Pass<O> {
  const { name, summary, stage, defaults, rules, select } = spec;
  return {
    name,
    summary,
    stage,
    preserves: rules.every((rule) => rule.preserves === "bits") ? "bits" : "tolerance",
    rules: rules.map((rule) => rule.name),
    ruleDescriptions: rules,
    defaults,
    run: (model, context: PassContext<O>) =>
      applyRules(model, name, select === undefined ? rules : select(context.options), context),
  };
}
