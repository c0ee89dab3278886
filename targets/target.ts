import type { TargetFacts } from "../src/pipeline/index.ts";
import type { DeviceFingerprint } from "../src/schedule/index.ts";

/** A device found on this machine, with the runtime that drives it. */
export interface Device {
  readonly fingerprint: DeviceFingerprint;
  /** One line for people. */
  readonly summary: string;
  /** Runtime and version, as they enter keys of measurements. */
  readonly toolchain: Readonly<Record<string, string>>;
}

/** Where a model will run: one folder under targets/ exports one object of this type. */
export interface Target {
  readonly id: string;
  /** One line, for `infer-opt targets` and the docs. */
  readonly summary: string;
  /** What passes may know of the target on a device, this machine's or that of a record. */
  facts(device: DeviceFingerprint | undefined): TargetFacts;
  /** Finds the device; the reason when it or its runtime is missing. */
  detect(): Promise<{ readonly device: Device } | { readonly missing: string }>;
}
