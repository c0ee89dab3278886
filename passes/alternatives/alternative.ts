import type { Model } from "../../src/ir/index.ts";
import type { Pass, PassContext, PassResult } from "../../src/pipeline/pass.ts";
import type { Rule } from "../../src/rewrite/index.ts";
import { applyRules } from "../../src/rewrite/index.ts";
import { rulePass } from "../support/rule-pass.ts";

/**
 * Another spelling of some operators that means the same, and that a runtime may run faster or slower: no preset has it,
 * a search times it. At once, since a search makes many models.
 */
export interface Alternative extends Pass<null> {
  run(model: Model, context: PassContext<null>): PassResult;
}

/** An alternative that is made of rules. */
export function alternative(spec: {
  readonly name: string;
  readonly summary: string;
  readonly rules: readonly Rule[];
}): Alternative {
  const { name, rules } = spec;
  const pass = rulePass({ ...spec, stage: "fuse", defaults: null });
  return { ...pass, run: (model, context) => applyRules(model, name, rules, context) };
}
