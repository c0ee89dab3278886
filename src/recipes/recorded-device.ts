import type { DeviceFingerprint, ScheduleCache, TrialRecord, Workload } from "../schedule/index.ts";
import { hashJson, newestFirst } from "../schedule/index.ts";
import type { Run } from "./run.ts";

/** What trials are kept for. */
export interface TrialHost {
  readonly device: DeviceFingerprint;
  readonly toolchain: Readonly<Record<string, string>>;
}

/**
 * The device and runtime that trials of a workload count for: those at hand or, in a reproducible run, those of the newest
 * record of that workload. Undefined where there are none.
 */
export function recordedDevice(cache: ScheduleCache, workload: Workload, run: Run): TrialHost | undefined {
  const { device } = run.environment;
  const here = device === undefined ? undefined : { device: device.fingerprint, toolchain: device.toolchain };
  if (!run.options.reproducible) return here;
  const wanted = hashJson(workload);
  const [newest] = cache.records
    .filter((record): record is TrialRecord => record.kind === "trial" && hashJson(record.workload) === wanted)
    .sort(newestFirst);
  return newest === undefined ? here : { device: newest.device, toolchain: newest.toolchain };
}
