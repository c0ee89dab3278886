import type { Model } from "../../src/ir/index.ts";
import { fail } from "../../src/diagnostics/index.ts";
import { quantDiagnostics } from "../../src/diagnostics/codes/quant.ts";
import type { Pass } from "../../src/pipeline/pass.ts";
import type { TargetFacts } from "../../src/pipeline/target-facts.ts";
import { refuseQuantized } from "./already-quantized.ts";
import { applyPlan } from "./apply-plan.ts";
import type { Calibration } from "./calibration.ts";
import { calibrationGraphHash, checkCalibration } from "./calibration.ts";
import type { QuantizationDialect } from "./dialect.ts";
import { dialects } from "./dialects.ts";
import type { Exclusions } from "./exclusions.ts";
import { makePlan } from "./make-plan.ts";
import { selectInt8 } from "./select.ts";
import type { Selection } from "./selection.ts";

/** What the pass is given: ranges from a calibration of this very graph, and what to leave in float. */
export interface QuantizeOptions extends Exclusions {
  /** Without it the pass does nothing. */
  readonly calibration: Calibration | undefined;
}

/** Least operator set in which Q/DQ take one scale per channel. */
const leastOpset = 13;

/** The target's dialect; throws IO0509 where it takes no Q/DQ. */
export function dialectOf(target: TargetFacts): QuantizationDialect {
  if (target.qdqDialect === "none") return fail(quantDiagnostics.noDialect({ target: target.id }));
  return dialects[target.qdqDialect];
}

/**
 * Checks that a model can be quantized and selects what becomes INT8: the first step, whose result calibration and the
 * pass share. Throws IO0501 for quantized models, IO0502 below operator set 13, IO0509 for targets without Q/DQ.
 */
export function selectForTarget(model: Model, target: TargetFacts, exclusions: Exclusions): Selection {
  refuseQuantized(model);
  const opset = model.opsets.get("") ?? 1;
  if (opset < leastOpset) fail(quantDiagnostics.opsetTooLow({ opset }));
  return selectInt8(model.graph, dialectOf(target), exclusions);
}

/**
 * Writes INT8 in QDQ form.
 *
 *   x -> Conv -> Relu -> y   =>   x -> Q -> DQ -> Conv(DQ(w), DQ(b)) -> Relu -> Q -> DQ -> y
 *
 * Activations get Q/DQ where the dialect wants them, weights become int8 per channel, biases int32; nothing stands
 * between an operator and the clamp behind it; values that only move share one scale.
 */
export const quantize: Pass<QuantizeOptions> = {
  name: "quantize",
  summary: "INT8 weights and activations in QDQ form, from calibrated ranges",
  stage: "quantize",
  preserves: "accuracy",
  defaults: { calibration: undefined, nodesToExclude: "", opTypesToExclude: [], outputsToExclude: [] },
  run: (model, { options, target, report }) => {
    const { calibration } = options;
    if (calibration === undefined) return { changes: 0 };
    const selection = selectForTarget(model, target, options);
    checkCalibration(calibration, { graph: calibrationGraphHash(model) }, "the calibration");
    const plan = makePlan(selection, calibration, dialectOf(target), target.hasVnni);
    for (const { node, opType, state, reason } of plan.nodes)
      report({ kind: state === "float" ? "refusal" : "change", rule: "int8", node: `${opType} ${node}`, reason });
    const changes = plan.nodes.filter(({ state }) => state === "int8").length;
    if (changes > 0) applyPlan(model, plan);
    return { changes };
  },
};
