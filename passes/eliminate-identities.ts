import type { Pass } from "../src/pipeline/pass.ts";
import { zeroStateRule } from "./identities/default-inputs.ts";
import { neutralRules } from "./identities/neutral.ts";
import { noOpRules } from "./identities/no-op.ts";
import { repeatedRules } from "./identities/repeated.ts";
import { runLocalRules } from "./support/local-rules.ts";

const rules = [...noOpRules, ...neutralRules, ...repeatedRules, zeroStateRule];

/** Drops nodes that return an input unchanged, and inputs that say what their absence says too. */
export const eliminateIdentities: Pass<null> = {
  name: "eliminate-identities",
  summary: "drops nodes that return an input unchanged: Identity, Dropout, no-op Cast, Reshape, Slice, x*1, ...",
  stage: "simplify",
  preserves: "bits",
  rules: rules.map((rule) => rule.name),
  defaults: null,
  run: (model, context) => runLocalRules("eliminate-identities", rules, model, context),
};
