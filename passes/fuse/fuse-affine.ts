import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { affineAfterLinearRules } from "./rules/affine-after-linear.ts";
import { affineBeforeLinearRules } from "./rules/affine-before-linear.ts";

/** Folds scales and shifts around Conv, ConvTranspose, Gemm and MatMul into their weights. */
export const fuseAffine: Pass<null> = rulePass({
  name: "fuse-affine",
  summary: "folds BatchNormalization, Mul, Div, Add and Sub with constants into the weights of Conv, Gemm and MatMul",
  stage: "fuse",
  defaults: null,
  rules: [...affineAfterLinearRules, ...affineBeforeLinearRules],
});
