import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { clampRules } from "./rules/clamps.ts";

/** Makes one Clip or Relu of several. */
export const mergeClamps: Pass<null> = rulePass({
  name: "merge-clamps",
  summary: "merges Relu, Clip, Max and Min with constants; drops those that change nothing",
  stage: "fuse",
  defaults: null,
  rules: clampRules,
});
