import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { padRules } from "./rules/pad.ts";

/** Moves a Pad into the window operator that reads it. */
export const fusePad: Pass<null> = rulePass({
  name: "fuse-pad",
  summary: "makes a Pad the padding of the Conv, AveragePool or MaxPool that reads it",
  stage: "fuse",
  defaults: null,
  rules: padRules,
});
