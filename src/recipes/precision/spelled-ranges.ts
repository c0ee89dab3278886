import type { Selection } from "../../../passes/quantize/index.ts";
import { extendCalibration, selectForTarget } from "../../../passes/quantize/index.ts";
import type { Node, Value } from "../../ir/index.ts";
import type { TargetFacts } from "../../pipeline/index.ts";
import { completeRanges } from "./mix-precision.ts";
import type { Int8Recipe } from "../quantize-form.ts";

/** A recipe whose float model was spelled otherwise after calibration. Layers at a value whose range cannot be told stay float. */
export function spelledRanges(recipe: Int8Recipe, facts: TargetFacts): Int8Recipe {
  let { exclusions } = recipe;
  for (;;) {
    const selection = selectForTarget(recipe.float, facts, exclusions);
    const calibration = extendCalibration(completeRanges(recipe, selection), selection);
    const unknown = selection.values.filter((value) =>
      (selection.rangeSources.get(value) ?? [value]).some(({ name }) => calibration.ranges[name] === undefined),
    );
    const left = unknown.flatMap((value) => int8Around(value, selection));
    if (left.length === 0) return { ...recipe, calibration, exclusions };
    exclusions = { ...exclusions, outputsToExclude: [...exclusions.outputsToExclude, ...left] };
  }
}

/** The INT8 layers that give or read a value, by their first outputs. */
function int8Around(value: Value, { decisions }: Selection): readonly string[] {
  const readers = [...value.uses].flatMap((use) => (use.kind === "node" ? [use.node] : []));
  return [value.producer, ...readers].flatMap((node) => {
    const owner = node === undefined ? undefined : ownerOf(node, decisions);
    return owner === undefined ? [] : [owner.output.name];
  });
}

function ownerOf(node: Node, decisions: Selection["decisions"]): Node | undefined {
  const decision = decisions.get(node);
  if (decision?.state === "int8") return node;
  return decision?.state === "folded" ? decision.into : undefined;
}
