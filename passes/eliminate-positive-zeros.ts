import type { Pass } from "../src/pipeline/pass.ts";
import { positiveZeroRule } from "./identities/neutral.ts";
import { runLocalRules } from "./support/local-rules.ts";

/** Drops x + 0.0, which differs from x only in the sign of a zero. */
export const eliminatePositiveZeros: Pass<null> = {
  name: "eliminate-positive-zeros",
  summary: "drops x + 0.0 of floats, which differs from x only where x is -0.0",
  stage: "simplify",
  preserves: "tolerance",
  rules: [positiveZeroRule.name],
  defaults: null,
  run: (model, context) => runLocalRules("eliminate-positive-zeros", [positiveZeroRule], model, context),
};
