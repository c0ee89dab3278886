import type { RegionReport, RegionStepReport } from "../../src/events.ts";
import type { Model, Node } from "../../src/ir/index.ts";
import { bf16Bound } from "./bf16-bound.ts";
import type { LoweredStep } from "./lower/index.ts";
import type { Selection } from "./select.ts";
import { defaultSelection, mayBeStepOff, templatesFor } from "./select.ts";
import type { Template, TunedKernel, TuningRecords, Workload } from "../../src/schedule/index.ts";
import { hashJson, pointText, summarizeTuned, templateId } from "../../src/schedule/index.ts";
import type { CompiledRegions, RegionSetup } from "../target.ts";
import type { EmittedRegion } from "./emit-regions.ts";
import { emitRegions } from "./emit-regions.ts";
import type { RegionPlan } from "./plan-regions.ts";
import type { FloatStorage } from "./float-workload.ts";
import { planRegions } from "./plan-regions.ts";
import { quantizeBeforeMoving } from "./quantize-before-moving.ts";
import { toolchain } from "./toolchain.ts";
import { tuneRegions } from "./tune-regions.ts";
import { multiplications, workloadText } from "./tuning-tasks.ts";

/** Plans, tunes, emits: see `Target.compileRegions`. */
export async function compileRegions(model: Model, setup: RegionSetup): Promise<CompiledRegions> {
  const { device, exact, products = "f32" } = setup;
  const offer = (workload: Workload): readonly Template[] => templatesFor(workload, device, exact);
  const excluded = nodesNamed(model, setup.excluded ?? new Map());
  const plan = (canCompute: (workload: Workload) => boolean): RegionPlan =>
    planSettled(model, canCompute, products, excluded);
  const first = plan((workload) => offer(workload).length > 0);
  const lowered = first.regions.map((region) => region.lowered);
  const records: TuningRecords = { cache: setup.cache, device, toolchain, mode: "cold" };
  const tuned = await tuneRegions(lowered, offer, records, setup);
  const chosen = new Map(
    tuned.flatMap(({ task, found }) => (found === undefined ? [] : [[hashJson(task.workload), found.candidate]])),
  );
  const select = (workload: Workload): Selection => {
    const selection = chosen.get(hashJson(workload)) ?? defaultSelection(workload, device, exact);
    if (selection === undefined) throw new Error(`no template for ${workload.op}`);
    return selection;
  };
  const failed = new Set(tuned.filter(({ found }) => found === undefined).map(({ task }) => hashJson(task.workload)));
  // A workload whose every kernel failed stays as it was.
  const canCompute = (workload: Workload): boolean => !failed.has(hashJson(workload)) && offer(workload).length > 0;
  const { regions, refusals } = failed.size === 0 ? first : plan(canCompute);
  const emitted = emitRegions(model, regions, select, device);
  const steps = emitted.flatMap((region) => region.steps);
  return {
    exact: !steps.some(({ step, selection }) => mayBeStepOff(selection.template, step.workload)),
    regions: emitted.map((region) => describe(region, tuned)),
    refusals: refusals.map(({ node, reason }) => ({ node: node.name, reason })),
  };
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
  canCompute: (workload: Workload) => boolean,
  products: FloatStorage,
  excluded: ReadonlyMap<Node, string>,
): RegionPlan {
  for (;;) {
    const plan = planRegions(model, canCompute, products, excluded);
    // Each turn takes quantizers from behind nodes that move data, so there is a last one.
    if (quantizeBeforeMoving(model, plan.regions) === 0) return plan;
  }
}

function describe(
  { name, region, program, steps, programBytes }: EmittedRegion,
  tuned: readonly TunedKernel[],
): RegionReport {
  const timings = new Map(tuned.map((kernel) => [hashJson(kernel.task.workload), kernel]));
  return {
    name,
    nodes: region.nodes.size,
    steps: steps.map(({ step: { name: stepName, workload, nodes }, selection }) => ({
      ...{ name: stepName, workload: workloadText(workload) },
      ...{ template: templateId(selection.template), point: selection.point },
      work: multiplications(workload),
      nodes: nodes.map((node) => node.name),
      ...boundOf(workload),
      ...timeOf(timings.get(hashJson(workload)), selection),
    })),
    programBytes,
    arenaBytes: program.arenaBytes,
    weightsBytes: program.weightsBytes,
  };
}

function boundOf(workload: LoweredStep["workload"]): Pick<RegionStepReport, "errorBound"> {
  if (workload.op !== "conv-bf16") return {};
  const [kh, kw] = workload.window.kernel;
  return { errorBound: bf16Bound(workload.inputs * kh * kw) };
}

/** What was measured of the kernel that a step got. */
function timeOf(
  kernel: TunedKernel | undefined,
  { template, point }: Selection,
): Pick<RegionStepReport, "ns" | "peakShare"> {
  if (kernel?.found === undefined) return {};
  const { candidate } = kernel.found;
  if (candidate.template !== template || pointText(candidate.point) !== pointText(point)) return {};
  const { ns, peakShare } = summarizeTuned(kernel);
  return { ...(ns === undefined ? {} : { ns }), ...(peakShare === undefined ? {} : { peakShare }) };
}
