import type { Selection } from "../../../passes/quantize/index.ts";
import type { Model } from "../../ir/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { Json, Workload } from "../../schedule/index.ts";
import { hashJson } from "../../schedule/index.ts";
import { feedShapes } from "../feed-shapes.ts";
import { withNames } from "./group-times.ts";
import { completeRanges, mixedModel, selectWithout } from "./mix-precision.ts";
import type { UnitGroup } from "./precision-units.ts";
import { groupUnits, precisionUnits } from "./precision-units.ts";
import type { Int8Form } from "../quantize-form.ts";
import type { Run } from "../run.ts";
import type { OfferedAlternative, SpelledFloat } from "./spell-float.ts";
import { openSpellings } from "./spell-float.ts";

/** What is chosen of a model. */
export interface PrecisionChoice {
  /** Groups of layers that are INT8. */
  readonly int8: ReadonlySet<string>;
  /** Alternatives that the float model is spelled by first. */
  readonly rewrites: ReadonlySet<string>;
}

/** The mixtures of INT8 and float, and the spellings, that a model leaves to choose. */
export interface PrecisionSpace {
  readonly groups: readonly UnitGroup[];
  readonly alternatives: readonly OfferedAlternative[];
  /** What plain INT8 quantizes, on a float model whose nodes are named one by one. */
  readonly selection: Selection;
  readonly float: Model;
  /** What trials are filed under. */
  readonly workload: Workload;
  /** All that the model of a choice follows from: equal for choices that make the same one. */
  identity(choice: PrecisionChoice): string;
  /** The model of an identity that was asked for. Throws IO0507 where a range is missing. */
  mixed(identity: string): Model;
  /** The float model in the spelling of some alternatives. */
  spelled(rewrites: ReadonlySet<string>): Model;
}

/** Opens the space of an INT8 form, timed on these feeds. */
export function openPrecisionSpace(int8: Int8Form, feeds: Feeds, run: Run): PrecisionSpace {
  const { facts } = run;
  const float = withNames(int8.recipe.float);
  const named = { ...int8.recipe, float };
  const selection = selectWithout(named, [], facts);
  const calibration = completeRanges(named, selection);
  const groups = groupUnits(precisionUnits(selection));
  const recipe = { ...int8.recipe, calibration };
  const spellings = openSpellings(recipe, groups, facts, new Set(run.options.skipPasses), run.signal);
  const { offered } = spellings;
  const { ranges, means } = calibration;
  const workload: Workload = {
    ...{ op: "precision", model: int8.recipe.base.hash, inputs: feedShapes(feeds) },
    ranges: hashJson({ ranges, means } as unknown as Json),
    ...{ groups: groups.map(({ name }) => name), widest: facts.hasVnni ? 127 : 63 },
    ...(offered.length === 0 ? {} : { rewrites: offered.map(({ name }) => name) }),
  };
  const chosen = new Map<string, { readonly spelled: SpelledFloat; readonly outputs: readonly string[] }>();
  return {
    ...{ groups, alternatives: offered, selection, float, workload },
    identity: ({ int8: kept, rewrites }) => {
      const spelled = spellings.of(rewrites);
      const outputs = spelled.floatOutputs(kept);
      const { decisions } = selectWithout(spelled.recipe, outputs, facts);
      const int8Nodes = [...decisions].flatMap(([node, { state }]) => (state === "float" ? [] : [node.output.name]));
      const how = spelled.rewrites.length === 0 ? {} : { rewrites: [...spelled.rewrites] };
      const identity = hashJson({ workload, int8: int8Nodes, ...how });
      chosen.set(identity, { spelled, outputs });
      return identity;
    },
    mixed: (identity) => {
      const choice = chosen.get(identity);
      if (choice === undefined) throw new Error(`no choice has the identity ${identity}`);
      return mixedModel(choice.spelled.recipe, choice.outputs, facts, choice.spelled.plan());
    },
    spelled: (rewrites) => spellings.of(rewrites).recipe.float,
  };
}
