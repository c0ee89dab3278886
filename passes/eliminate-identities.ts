import type { Pass } from "../src/pipeline/pass.ts";
import { neutralRules } from "./identities/neutral.ts";
import { noOpRules } from "./identities/no-op.ts";
import { repeatedRules } from "./identities/repeated.ts";
import { runLocalRules } from "./support/local-rules.ts";

const rules = [...noOpRules, ...neutralRules, ...repeatedRules];

/** Drops nodes that return an input unchanged. */
export const eliminateIdentities: Pass<null> = {
  name: "eliminate-identities",
  summary: "drops nodes that return an input unchanged: Identity, Dropout, no-op Cast, Reshape, Slice, x*1, ...",
  stage: "simplify",
  preserves: "bits",
  rules: rules.map((rule) => rule.name),
  defaults: null,
  run: (model, context) => runLocalRules("eliminate-identities", rules, model, context),
};
