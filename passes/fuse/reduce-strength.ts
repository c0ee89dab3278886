import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { strengthRules } from "./rules/strength.ts";

/** Replaces dear operators by cheap ones. */
export const reduceStrength: Pass<null> = rulePass({
  name: "reduce-strength",
  summary: "writes Div by a constant as Mul, Pow as Mul, Sqrt or Reciprocal, and means over an image as pooling",
  stage: "fuse",
  defaults: null,
  rules: strengthRules,
});
