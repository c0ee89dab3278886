import type { Kernel, KernelParameters } from "../codegen/index.ts";
import type { Template } from "./template.ts";

/** Bytes of the kernel's written arguments by name, as it left them. */
export type WrittenBytes = Readonly<Record<string, Uint8Array>>;

/** Data to run every kernel of a workload on, and what must come out. */
export interface WorkloadCase {
  /**
   * First content of each activation argument by its name, from the kernel's pointer on. At least what the workload
   * touches; the measurer lengthens it to the bytes that a kernel declares. What a kernel only writes begins with a
   * pattern in which a byte that was not written shows.
   */
  readonly buffers: Readonly<Record<string, Uint8Array>>;
  readonly parameters: KernelParameters;
  /** Constant inputs by the roles that packs name. */
  readonly constants: Readonly<Record<string, Uint8Array>>;
  /** Computes what must come out, with turns for others; {@link expected} does it at once where nobody asked before. */
  prepare?(): Promise<void>;
  /** What is wrong with the bytes a kernel of that class wrote; undefined when they are right. */
  expected(written: WrittenBytes, correctness: Template["correctness"]): string | undefined;
}

/** A kernel with data to run it on. */
export interface KernelCase extends WorkloadCase {
  readonly kernel: Kernel;
  readonly correctness: Template["correctness"];
}

/** Why a kernel is out: `verify` wrong output, `run` it crashed or was refused, `timeout` it did not end. */
export interface Rejection {
  readonly status: "verify" | "run" | "timeout";
  readonly detail: string;
}

/** How kernels are timed. */
export interface TimingRequest {
  readonly rounds: number;
  readonly threads: number;
  /** `cold`: caches are swept between calls, as the other layers of a network do. */
  readonly mode: "cold" | "hot";
  /** Awaited between rounds, with how many are done, where they last long enough for that; false ends the race with these. */
  readonly betweenRounds?: (done: number) => Promise<boolean>;
}

/** Times of a batch. Every round timed every kernel that has no rejection, and the reference loop. */
export interface TimedBatch {
  readonly rounds: readonly {
    /** Nanoseconds of one call, one a kernel in the order given; NaN for one that was rejected. */
    readonly ns: readonly number[];
    readonly referenceNs: number;
  }[];
  /** One a kernel in the order given. */
  readonly rejections: readonly (Rejection | undefined)[];
}

/**
 * Runs kernels on the device. A kernel that crashes or hangs is a rejection, never an exception, and costs nothing but its
 * time-out. Both methods reject when the signal is aborted.
 */
export interface Measurer {
  /** Runs each kernel on one thread and on `threads`, and checks what it wrote; one answer each, undefined when right. */
  verify(
    kernels: readonly KernelCase[],
    threads: number,
    signal: AbortSignal,
  ): Promise<readonly (Rejection | undefined)[]>;
  /** Times kernels that were verified, interleaved. */
  time(kernels: readonly KernelCase[], request: TimingRequest, signal: AbortSignal): Promise<TimedBatch>;
}
