import type { Pass } from "../../src/pipeline/pass.ts";
import { rulePass } from "../support/rule-pass.ts";
import { gateRules, swishRule } from "./rules/gates.ts";
import { geluRules } from "./rules/gelu.ts";
import { instanceNormRules } from "./rules/instance-norm.ts";
import { normalizationRules } from "./rules/normalizations.ts";

/** Options of recognize-operators. */
export interface RecognizeOptions {
  /**
   * Whether x * Sigmoid(x) becomes Swish (opset 24). Off: onnxruntime 1.31 fuses the pair itself, and ran its Swish
   * 2.7 times slower than the pair (1 thread, 200,704 elements).
   */
  readonly swish: boolean;
}

const rules = [...gateRules, ...geluRules, ...instanceNormRules, ...normalizationRules];

/** Writes formulas that exporters spell out as the standard operators. */
export const recognizeOperators: Pass<RecognizeOptions> = rulePass({
  name: "recognize-operators",
  summary: "recognizes HardSigmoid, HardSwish, Gelu, Layer-, Instance- and RMSNormalization written out",
  stage: "fuse",
  defaults: { swish: false },
  rules: [...rules, swishRule],
  select: ({ swish }) => (swish ? [...rules, swishRule] : rules),
});
