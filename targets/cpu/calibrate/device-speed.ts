import type { DeviceFingerprint, ScheduleCache, TrialRecord, TuningRecords } from "../../../src/schedule/index.ts";
import type { DeviceSpeed, SpeedMeasuring } from "../../target.ts";
import { startKernelMeasurer } from "../kernel-measurer.ts";
import { busyTask } from "../peak.ts";
import { coreFigureNames } from "../templates/core-figures.ts";
import { toolchain } from "../toolchain.ts";
import { measureFigures, recordedFigures } from "./calibrate.ts";
import { measureRates, recordedRates } from "./device-rates.ts";
import { memoryFigureNames } from "./micro-kernels.ts";
import { bestTrial } from "./trials.ts";

/** What the records know of a device's speed; with `measuring`, what they lack is measured and added first. */
export async function deviceSpeed(
  device: DeviceFingerprint,
  cache: ScheduleCache,
  measuring?: SpeedMeasuring,
): Promise<DeviceSpeed> {
  const records: TuningRecords = { cache, device, toolchain, mode: "hot" };
  if (measuring !== undefined) await measureSpeed(records, measuring);
  const [figures, rates] = [recordedFigures(records), recordedRates(records)];
  const trialsOf = (names: readonly string[]): readonly TrialRecord[] =>
    names.flatMap((name) => bestTrial(name, records) ?? []);
  const rateNames = ["fmas", ...memoryFigureNames, busyTask(device)?.name ?? ""];
  return {
    ...(figures === undefined ? {} : { figures: { ...origin(trialsOf(coreFigureNames)), relative: figures } }),
    ...(rates === undefined ? {} : { rates: { ...origin(trialsOf(rateNames)), ...rates } }),
  };
}

async function measureSpeed(records: TuningRecords, { tool, signal }: SpeedMeasuring): Promise<void> {
  const measurer = startKernelMeasurer(records.device);
  const stamp = { tool, now: (): string => new Date().toISOString() };
  try {
    await measureFigures(measurer, records, stamp, signal);
    await measureRates(measurer, records, stamp, signal);
  } finally {
    measurer.close();
  }
}

/** The oldest of some trials tells how old all are. */
function origin(trials: readonly TrialRecord[]): { readonly at: string; readonly tool: string } {
  const [oldest] = [...trials].sort((a, b) => (a.at < b.at ? -1 : 1));
  if (oldest === undefined) throw new Error("speed without trials");
  return { at: oldest.at, tool: oldest.tool };
}
