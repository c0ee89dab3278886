import type { QuantizationPlan, Selection } from "../../passes/quantize/index.ts";
import type { Model } from "../ir/index.ts";
import type { Feeds } from "../pipeline/index.ts";
import type { Json, Workload } from "../schedule/index.ts";
import { hashJson } from "../schedule/index.ts";
import { feedShapes } from "./feed-shapes.ts";
import { withNames } from "./group-times.ts";
import { completeRanges, mixedModel, plainPlan, selectWithout } from "./mix-precision.ts";
import type { UnitGroup } from "./precision-units.ts";
import { groupUnits, precisionUnits } from "./precision-units.ts";
import type { Int8Form } from "./quantize-form.ts";
import type { Run } from "./run.ts";

/** The mixtures of INT8 and float that a model leaves to choose. */
export interface PrecisionSpace {
  readonly groups: readonly UnitGroup[];
  /** What plain INT8 quantizes, on a float model whose nodes are named one by one. */
  readonly selection: Selection;
  readonly float: Model;
  /** What trials are filed under. */
  readonly workload: Workload;
  /** All that the model follows from in which these groups are INT8: equal for groups that make the same one. */
  identity(int8: ReadonlySet<string>): string;
  /** The model of an identity that was asked for. Throws IO0507 where a range is missing. */
  mixed(identity: string): Model;
}

/** Opens the space of an INT8 form, timed on these feeds. */
export function openPrecisionSpace(int8: Int8Form, feeds: Feeds, run: Run): PrecisionSpace {
  const { facts } = run;
  const float = withNames(int8.recipe.float);
  const named = { ...int8.recipe, float };
  const selection = selectWithout(named, [], facts);
  const calibration = completeRanges(named, selection);
  const groups = groupUnits(precisionUnits(selection));
  const { ranges, means } = calibration;
  const workload: Workload = {
    ...{ op: "precision", model: int8.recipe.base.hash, inputs: feedShapes(feeds) },
    ranges: hashJson({ ranges, means } as unknown as Json),
    ...{ groups: groups.map(({ name }) => name), widest: facts.hasVnni ? 127 : 63 },
  };
  const excluded = new Map<string, readonly string[]>();
  const recipe = { ...int8.recipe, calibration };
  let plan: QuantizationPlan | undefined;
  return {
    ...{ groups, selection, float, workload },
    identity: (kept) => {
      const outputs = groups.flatMap(({ name, units }) => (kept.has(name) ? [] : units.map(({ output }) => output)));
      const { decisions } = selectWithout(named, outputs, facts);
      const int8Nodes = [...decisions].flatMap(([node, { state }]) => (state === "float" ? [] : [node.output.name]));
      const identity = hashJson({ workload, int8: int8Nodes });
      excluded.set(identity, outputs);
      return identity;
    },
    // Names are for profiles and reports: what is written has those that it came with.
    mixed: (identity) => {
      plan ??= plainPlan(recipe, selection, facts);
      return mixedModel(recipe, excluded.get(identity) ?? [], facts, plan);
    },
  };
}
