import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { gemmRules } from "./rules/gemm.ts";

/** Makes Gemm of products of matrices with an addend or with transposed operands. */
export const fuseGemm: Pass<null> = rulePass({
  name: "fuse-gemm",
  summary: "makes one Gemm of MatMul + Add on matrices, and takes transposed operands into Gemm",
  stage: "fuse",
  defaults: null,
  rules: gemmRules,
});
