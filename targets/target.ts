import type { RegionReport, RegionsReport, Reporter, RunControl } from "../src/events.ts";
import type { Model } from "../src/ir/index.ts";
import type { TargetFacts } from "../src/pipeline/index.ts";
import type { DecodedProgram, PlacedBuffer } from "../src/region/index.ts";
import type { DeviceFingerprint, ScheduleCache, TuningEffort } from "../src/schedule/index.ts";

/** A device found on this machine, with the runtime that drives it. */
export interface Device {
  readonly fingerprint: DeviceFingerprint;
  /** One line for people. */
  readonly summary: string;
  /** Runtime and version, as they enter keys of measurements. */
  readonly toolchain: Readonly<Record<string, string>>;
}

/** What compiling regions works with. */
export interface RegionSetup {
  readonly device: DeviceFingerprint;
  readonly cache: ScheduleCache;
  /** Forbids kernels whose quantized results may be a step off. */
  readonly exact: boolean;
  /** Multiplies float32 as bfloat16 where that is worth it: only on devices of which {@link Target.multipliesBf16} is true. */
  readonly products?: "bf16";
  /** Levels of instruction sets to make programs for; those that the device has when left out. */
  readonly isa?: readonly string[];
  /** Most bytes of scratch that a kernel may take for each thread; no limit when left out. */
  readonly workspace?: number;
  /** Throws IO0803 where the records do not know a kernel: nothing may be measured, and nothing guessed. */
  readonly requireRecords?: boolean;
  /** Nodes, by name, that are left out of regions, each with the reason; none when left out. */
  readonly excluded?: ReadonlyMap<string, string>;
  /** How much is tried for each workload; undefined takes what the records know, else the templates' own points. */
  readonly effort: TuningEffort | undefined;
  readonly budgetMs: number;
  /** Thread counts at which kernels should be good: they are tuned for the least and the greatest. */
  readonly threads: readonly number[];
  /** `hot` times kernels with their data in the caches; these are swept between calls when it is left out. */
  readonly timing?: "hot";
  readonly seed: number;
  /** Version of this tool, for records. */
  readonly tool: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Nobody pauses or ends the search where it is left out. */
  readonly control?: RunControl;
}

/** The regions of a model, and why other nodes are in none. */
export interface CompiledRegions {
  /** No kernel's quantized results may be a step off those of the model. */
  readonly exact: boolean;
  readonly regions: readonly RegionReport[];
  readonly refusals: RegionsReport["refusals"];
}

/** A kernel of a program as it was chosen, with its instructions or why they cannot be told. */
export type KernelListing = {
  /** `name@version`. */
  readonly template: string;
  readonly point: Readonly<Record<string, number>>;
  readonly workload: string;
} & ({ readonly listing: string } | { readonly missing: string });

/** What a program was made from. */
export interface ProgramListing {
  /** Instruction set extensions it was made for. */
  readonly isa: readonly string[];
  /** In the order of the program's kernels. */
  readonly kernels: readonly KernelListing[];
  readonly buffers: readonly PlacedBuffer[];
}

/** When something was measured (ISO 8601), and by which version of this tool. */
interface MeasuredAt {
  readonly at: string;
  readonly tool: string;
}

/** What a device does in a second at its best, on one thread: its roofline. */
export interface DeviceRates {
  /** Multiply-accumulates: of bytes, by a convolution in the first caches, and of float32, by multiply-adds. */
  readonly int8: number;
  readonly float32: number;
  /** Bytes read from memory that no cache holds, and bytes stored to it. */
  readonly memory: number;
  readonly stores: number;
}

/** What is known of a device's speed. */
export interface DeviceSpeed {
  readonly rates?: DeviceRates & MeasuredAt;
  /** Relative to the machine that cost models were fitted on, by name: what kernels are ranked by. */
  readonly figures?: MeasuredAt & { readonly relative: Readonly<Record<string, number>> };
}

/** Who measures. */
export interface SpeedMeasuring {
  readonly tool: string;
  readonly signal: AbortSignal;
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
  /**
   * Compiles parts of a model, in place, to programs of machine code that the host library runs; absent for targets
   * without kernels of their own.
   */
  readonly compileRegions?: (model: Model, setup: RegionSetup) => Promise<CompiledRegions>;
  /**
   * Models run in ONNX Runtime as it is: which layers are INT8, and what a session is told, are tuned for it. Absent for
   * targets with kernels, which are tuned instead.
   */
  readonly tunesForms?: true;
  /** Whether kernels multiply bfloat16 on the device; absent where the target has none. */
  readonly multipliesBf16?: (device: DeviceFingerprint) => boolean;
  /**
   * What records know of the device's speed on one thread; with `measuring`, what they lack is measured in a process of its
   * own and added to them. Absent for targets without kernels to measure with.
   */
  readonly speed?: (
    device: DeviceFingerprint,
    cache: ScheduleCache,
    measuring?: SpeedMeasuring,
  ) => Promise<DeviceSpeed>;
  /** Emits the kernels of a program again and lists them; undefined for a program that does not say where it is from. */
  readonly listProgram?: (program: DecodedProgram) => Promise<ProgramListing | undefined>;
}
