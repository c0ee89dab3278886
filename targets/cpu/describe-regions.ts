import type { RegionLevelReport, RegionReport, RegionStepReport } from "../../src/events.ts";
import type { TunedKernel } from "../../src/schedule/index.ts";
import { hashJson, pointText, summarizeTuned, templateId } from "../../src/schedule/index.ts";
import { bf16Bound } from "./bf16-bound.ts";
import type { EmittedLevel, EmittedRegion } from "./emit-regions.ts";
import type { LoweredStep } from "./lower/index.ts";
import type { Selection } from "./select.ts";
import { multiplications, workloadText } from "./tuning-tasks.ts";

/** What the report tells of a region. */
export function describeRegion({ region, best, lesser, without }: EmittedRegion): RegionReport {
  return {
    ...describeLevel(best),
    nodes: region.nodes.size,
    lesser: lesser.map(describeLevel),
    without,
  };
}

function describeLevel({ name, isa, program, programBytes, steps, kernels }: EmittedLevel): RegionLevelReport {
  const timings = new Map(kernels.tuned.map((kernel) => [hashJson(kernel.task.workload), kernel]));
  return {
    ...{ name, isa, programBytes },
    arenaBytes: program.arenaBytes,
    weightsBytes: program.weightsBytes,
    workspaceBytes: Math.max(0, ...program.kernels.map(({ scratchBytes }) => scratchBytes)),
    steps: steps.map(({ step: { name: stepName, workload, nodes }, selection }) => ({
      ...{ name: stepName, workload: workloadText(workload) },
      ...{ template: templateId(selection.template), point: selection.point },
      work: multiplications(workload),
      nodes: nodes.map((node) => node.name),
      ...boundOf(workload),
      ...timeOf(timings.get(hashJson(workload)), selection),
    })),
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
