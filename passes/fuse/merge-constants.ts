import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { constantChainRules } from "./rules/constant-chains.ts";

/** Makes one Mul or Add of a chain of them with constants. */
export const mergeConstants: Pass<null> = rulePass({
  name: "merge-constants",
  summary: "merges chains of Mul, Div, Add, Sub and Neg with constants",
  stage: "fuse",
  defaults: null,
  rules: constantChainRules,
});
