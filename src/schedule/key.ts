import type { Json } from "./canonical-json.ts";
import { hashJson } from "./canonical-json.ts";
import type { DeviceFingerprint, Point, Workload } from "./record.ts";

/** What identifies a measurement. */
export interface TrialIdentity {
  readonly workload: Workload;
  /** `name@version` of the template. */
  readonly template: string;
  readonly device: DeviceFingerprint;
  readonly toolchain: Readonly<Record<string, string>>;
  /** Threads that share one call of a kernel; left out for models, whose workload says it. */
  readonly threads?: number;
}

/** The key that trials of one workload share: sha256 of workload, template, toolchain, threads and the device fields. */
export function trialKey({ workload, template, device, toolchain, threads }: TrialIdentity): string {
  return hashJson({ workload, template, toolchain, threads, device: { ...device } as unknown as Json });
}

/** Canonical text of a point: the tie-break of equal times, so that merging files in any order gives one choice. */
export function pointText(point: Point): string {
  return Object.entries(point)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
