import type { Model, Node } from "../../src/ir/index.ts";
import { isaLevelNames } from "../../src/region/index.ts";
import type { Workload } from "../../src/schedule/index.ts";
import type { CompiledRegions, RegionSetup } from "../target.ts";
import type { ChosenKernels } from "./choose-kernels.ts";
import { chooseKernels } from "./choose-kernels.ts";
import { describeRegion } from "./describe-regions.ts";
import type { EmittedRegion } from "./emit-regions.ts";
import { emitRegions } from "./emit-regions.ts";
import type { FloatStorage } from "./float-workload.ts";
import { deviceForLevel, runsLevel } from "./level-device.ts";
import { ownDequantizers } from "./own-dequantizers.ts";
import type { CanCompute, PlannedRegion, RegionPlan } from "./plan-regions.ts";
import { loweredFor, planRegions } from "./plan-regions.ts";
import { quantizeBeforeMoving } from "./quantize-before-moving.ts";
import { cutsSumsOff, mayBeStepOff, templatesFor } from "./select.ts";
import { unsignedActivations } from "./unsigned-activations.ts";

/** Plans, tunes, emits: see `Target.compileRegions`. */
export async function compileRegions(model: Model, setup: RegionSetup): Promise<CompiledRegions> {
  const { products = "f32" } = setup;
  const [best, ...lesser] = levelSetups(setup) as [RegionSetup, ...RegionSetup[]];
  ownDequantizers(model);
  // Sums of uint8 are rounded the other way here and there.
  const changed = best.exact ? 0 : unsignedActivations(model);
  const excluded = nodesNamed(model, setup.excluded ?? new Map());
  const plan = (hasKernel: (workload: Workload) => boolean): RegionPlan => {
    const canCompute: CanCompute = (workload, parameters) =>
      hasKernel(workload) && !(best.exact && cutsSumsOff(workload, parameters));
    return planSettled(model, canCompute, products, excluded);
  };
  const first = plan((workload) => templatesFor(workload, best.device, best.exact, best.workspace).length > 0);
  const kernels = await chooseKernels(loweredOf(first, best), best);
  const hasFailed = kernels.tuned.some(({ found }) => found === undefined);
  // A workload whose every kernel failed stays as it was.
  const settled = hasFailed ? plan((workload) => kernels.select(workload) !== undefined) : first;
  const levels: ChosenKernels[] = [kernels];
  for (const level of lesser) levels.push(await chooseKernels(loweredOf(settled, level), level));
  const emitted = await emitRegions(model, settled.regions, levels);
  const steps = emitted.flatMap((region) => [region.best, ...region.lesser].flatMap((level) => level.steps));
  return {
    exact: changed === 0 && !steps.some(isStepOff),
    regions: emitted.map(describeRegion),
    refusals: settled.refusals.map(({ node, reason }) => ({ node: node.name, reason })),
  };
}

function isStepOff({ step, selection }: EmittedRegion["best"]["steps"][number]): boolean {
  return mayBeStepOff(selection.template, step.workload) || cutsSumsOff(step.workload, step.parameters);
}

function loweredOf({ regions }: RegionPlan, { device }: RegionSetup): readonly PlannedRegion["lowered"][] {
  return regions.map((region) => loweredFor(region, device));
}

/**
 * The work of each level that was asked for, the best first, each with its share of the time; without any, that of the
 * device as it is. Kernels that the device does not run cannot be timed on it.
 */
function levelSetups(setup: RegionSetup): readonly RegionSetup[] {
  const { device, isa = [], cache, budgetMs } = setup;
  const levels = isaLevelNames.filter((level) => isa.includes(level)).reverse();
  if (levels.length === 0) return [setup];
  return levels.map((level) => ({
    ...setup,
    device: deviceForLevel(device, level, cache),
    effort: runsLevel(device, level) ? setup.effort : undefined,
    requireRecords: setup.requireRecords === true && runsLevel(device, level),
    budgetMs: budgetMs / levels.length,
  }));
}

/** The nodes of the main graph that have names with reasons. */
function nodesNamed({ graph }: Model, names: ReadonlyMap<string, string>): ReadonlyMap<Node, string> {
  return new Map(
    [...graph.nodes()].flatMap((node) => {
      const reason = names.get(node.name);
      return reason === undefined ? [] : [[node, reason] as const];
    }),
  );
}

/** Plans regions whose results ONNX Runtime leaves alone. */
function planSettled(
  model: Model,
  canCompute: CanCompute,
  products: FloatStorage,
  excluded: ReadonlyMap<Node, string>,
): RegionPlan {
  for (;;) {
    const plan = planRegions(model, canCompute, products, excluded);
    // Each turn takes quantizers from behind nodes that move data, so there is a last one.
    if (quantizeBeforeMoving(model, plan.regions) === 0) return plan;
  }
}
