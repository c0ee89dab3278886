import { scheduleDiagnostics } from "../../src/diagnostics/codes/schedule.ts";
import { fail } from "../../src/diagnostics/index.ts";
import type { DeviceFingerprint, Template, TunedKernel, TuningRecords, Workload } from "../../src/schedule/index.ts";
import { hashJson } from "../../src/schedule/index.ts";
import type { RegionSetup } from "../target.ts";
import type { LoweredRegion } from "./lower/index.ts";
import type { Selection } from "./select.ts";
import { defaultSelection, templatesFor } from "./select.ts";
import { toolchain } from "./toolchain.ts";
import { tuneRegions } from "./tune-regions.ts";

/** The kernels that were chosen for the workloads of regions on one device. */
export interface ChosenKernels {
  /** What they are emitted for. */
  readonly device: DeviceFingerprint;
  readonly tuned: readonly TunedKernel[];
  /** What computes a workload; undefined where nothing does, or every kernel failed. */
  select(workload: Workload): Selection | undefined;
}

/**
 * Chooses a kernel for every workload of the regions: by a search where `setup.effort` says so, else what the records
 * know, else the templates' own choice. Throws IO0803 where the records have to know and do not.
 */
export async function chooseKernels(regions: readonly LoweredRegion[], setup: RegionSetup): Promise<ChosenKernels> {
  const { device, exact, cache, workspace } = setup;
  const records: TuningRecords = { cache, device, toolchain, mode: setup.timing ?? "cold" };
  const offer = (workload: Workload): readonly Template[] => templatesFor(workload, device, exact, workspace);
  const tuned = await tuneRegions(regions, offer, records, setup);
  if (setup.requireRecords === true) requireKnown(tuned, device);
  const chosen = new Map(tuned.map(({ task, found }) => [hashJson(task.workload), found?.candidate]));
  return {
    device,
    tuned,
    select: (workload) => {
      const key = hashJson(workload);
      return chosen.has(key) ? chosen.get(key) : defaultSelection(workload, device, exact, workspace);
    },
  };
}

function requireKnown(tuned: readonly TunedKernel[], { name }: DeviceFingerprint): void {
  const unknown = tuned.filter(({ source }) => source === "seed");
  const [first] = unknown;
  if (first === undefined) return;
  const others = unknown.length === 1 ? "" : ` and of ${unknown.length - 1} more layers`;
  fail(scheduleDiagnostics.missingRecord({ what: `the kernel of ${first.task.label}${others} on ${name}` }));
}
