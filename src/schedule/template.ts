import type { Kernel } from "../codegen/kernel.ts";
import type { DeviceFingerprint, Point, Workload } from "./record.ts";

/** The legal points of a template for a workload: named parameters, and a predicate over their combinations. */
export interface Space {
  readonly parameters: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** False for combinations that cannot be emitted or can never pay. */
  legal(point: Point): boolean;
}

/**
 * How fast a machine is at basic things, by names of the target's own, relative to the machine that its cost models were
 * fitted on: 2 is twice as fast.
 */
export type MachineFigures = Readonly<Record<string, number>>;

/** A way of computing a class of workloads; one file each. */
export interface Template<W extends Workload = Workload> {
  readonly name: string;
  /** Raised whenever emitted code changes in meaning or speed: part of every measurement's key. */
  readonly version: number;
  /** `exact`: equal to the reference bit for bit. `bounded`: at most one step off on a stated share of outputs. */
  readonly correctness: "exact" | "bounded";
  /** Whether this template can compute the workload on the device. */
  matches(workload: Workload, device: DeviceFingerprint): workload is W;
  space(workload: W, device: DeviceFingerprint): Space;
  /** The point used without any measurement. */
  seed(workload: W, device: DeviceFingerprint): Point;
  /** Points worth a trial in the first turn besides the seed, the first the sooner; none where left out. */
  openings?(workload: W, device: DeviceFingerprint): readonly Point[];
  emit(workload: W, point: Point, device: DeviceFingerprint): Kernel;
  /** Bytes of scratch that a kernel takes for each thread; left out where all points take what the seed takes. */
  workspace?(workload: W, point: Point, device: DeviceFingerprint): number;
  /**
   * Predicted nanoseconds on one thread, for ranking: only the order matters. By what is usual for the device's family
   * where no figures of the machine are given.
   */
  cost(workload: W, point: Point, device: DeviceFingerprint, figures?: MachineFigures): number;
}
