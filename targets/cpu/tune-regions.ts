import { noControl } from "../../src/events.ts";
import { systemClock } from "../../src/measure/index.ts";
import type { Template, TunedKernel, TuningRecords, TuningTask, Workload } from "../../src/schedule/index.ts";
import { hierarchicalSearch, knownKernel, recordedHistories, tuneWorkloads } from "../../src/schedule/index.ts";
import type { RegionSetup } from "../target.ts";
import { measureFigures, recordedFigures } from "./calibrate/calibrate.ts";
import { calibratedTemplates } from "./calibrate/calibrated-templates.ts";
import { startKernelMeasurer } from "./kernel-measurer.ts";
import type { LoweredRegion } from "./lower/index.ts";
import { measurePeak } from "./peak.ts";
import { boundNs, tuningTasks } from "./tuning-tasks.ts";

/**
 * The kernels of a model's regions, one a distinct workload that can be computed in more than one way: searched with the
 * effort of the setup, or what the records know where it has none.
 */
export async function tuneRegions(
  regions: readonly LoweredRegion[],
  offer: (workload: Workload) => readonly Template[],
  records: TuningRecords,
  setup: RegionSetup,
): Promise<readonly TunedKernel[]> {
  const { signal, control = noControl, effort, reporter, seed, tool, budgetMs, threads, workspace } = setup;
  const { device } = records;
  const limits = workspace === undefined ? {} : { limits: { workspace } };
  let figures = effort === undefined ? undefined : recordedFigures(records);
  const offered = calibratedTemplates(offer, () => figures);
  const tasks = tuningTasks(regions, threads, offered).map((task) => ({ ...task, ...limits }));
  if (effort === undefined) {
    for (const history of tasks.flatMap((task) => recordedHistories(task, records)))
      reporter.handle({ type: "tuning-replayed", history });
    return tasks.map((task) => knownKernel(task, records));
  }
  const measurer = startKernelMeasurer(device);
  const now = (): string => new Date().toISOString();
  const measureBounds = async (): Promise<(task: TuningTask) => number> => {
    figures ??= await measureFigures(measurer, records, { tool, now }, signal);
    const peak = await measurePeak(measurer, device, signal);
    return (task) => boundNs(task, peak);
  };
  try {
    const searching = { measurer, measureBounds, search: hierarchicalSearch, effort, seed };
    return await tuneWorkloads(
      tasks,
      { ...records, ...searching, reporter, signal, control, tool, clock: systemClock, now },
      budgetMs,
    );
  } finally {
    measurer.close();
  }
}
