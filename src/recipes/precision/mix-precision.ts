import type { QuantizationPlan, Selection } from "../../../passes/quantize/index.ts";
import { applyPlan, dialectOf, makePlan, selectForTarget } from "../../../passes/quantize/index.ts";
import type { Model } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";
import { inferTypes } from "../../ops/index.ts";
import type { TargetFacts } from "../../pipeline/index.ts";
import { unionOf } from "../../quant/index.ts";
import type { Int8Recipe } from "../quantize-form.ts";

/** What becomes INT8 when the layers with these first outputs stay float. */
export function selectWithout(recipe: Int8Recipe, outputs: Iterable<string>, facts: TargetFacts): Selection {
  return selectForTarget(recipe.float, facts, {
    ...recipe.exclusions,
    outputsToExclude: [...recipe.exclusions.outputsToExclude, ...outputs],
  });
}

/**
 * Ranges for every value that plain INT8 quantizes. Those that only move elements were not observed: they have the range
 * of what they were moved from, and need it where that stays float.
 */
export function completeRanges({ calibration }: Int8Recipe, { rangeSources }: Selection): Int8Recipe["calibration"] {
  const ranges = { ...calibration.ranges };
  for (const [value, sources] of rangeSources) {
    const known = sources.flatMap(({ name }) => calibration.ranges[name] ?? []);
    if (ranges[value.name] === undefined && known.length > 0) ranges[value.name] = known.reduce(unionOf);
  }
  return { ...calibration, ranges };
}

/** The plan of plain INT8: mixtures take the scales of weights from it. */
export function plainPlan(recipe: Int8Recipe, selection: Selection, facts: TargetFacts): QuantizationPlan {
  return makePlan(selection, recipe.calibration, dialectOf(facts), facts.hasVnni);
}

/**
 * The model of a recipe with these layers in float and all others in INT8. Throws IO0507 where a value needs a range that
 * was not calibrated.
 */
export function mixedModel(
  recipe: Int8Recipe,
  outputs: Iterable<string>,
  facts: TargetFacts,
  plain?: QuantizationPlan,
): Model {
  const model = cloneModel(recipe.float);
  const outputsToExclude = [...recipe.exclusions.outputsToExclude, ...outputs];
  const selection = selectForTarget(model, facts, { ...recipe.exclusions, outputsToExclude });
  if (![...selection.decisions.values()].some(({ state }) => state === "int8")) return model;
  applyPlan(model, makePlan(selection, recipe.calibration, dialectOf(facts), facts.hasVnni, plain));
  inferTypes(model, { onConflict: "replace" });
  return model;
}
