import type { Clock } from "../measure/index.ts";
import type { Reporter, RunControl } from "../events.ts";
import type { ScheduleCache } from "./cache.ts";
import { templateId } from "./candidate.ts";
import { hashJson } from "./canonical-json.ts";
import { trialKey } from "./key.ts";
import type { Measurer, TimingRequest, WorkloadCase } from "./measurer.ts";
import type { DeviceFingerprint, Workload } from "./record.ts";
import type { SearchTime } from "./search-time.ts";
import type { Search } from "./search/search.ts";
import type { Template } from "./template.ts";
import type { TuningEffort } from "./tuning-effort.ts";

/** A workload to find a kernel for. */
export interface TuningTask {
  /** For people: what is computed. */
  readonly label: string;
  readonly workload: Workload;
  /** Templates that match, the preferred one first; at least one. */
  readonly templates: readonly Template[];
  /** Calls in one inference. */
  readonly uses: number;
  /** Threads that share a call. */
  readonly threads: number;
  /** What candidates may use at most, where that is limited: a choice among fewer is no answer for all. */
  readonly limits?: Readonly<Record<string, number>>;
  /** More threads, at which the kernel must be good too; left out where there are no more. */
  readonly sharedThreads?: number;
  /** Nothing is chosen that is slower than the templates' own choices on either number of threads, whatever it gains on the other. */
  readonly holdsOnBoth?: boolean;
  /** Made on first need. Kernels are checked on all cases and timed on the first. */
  readonly cases: () => readonly WorkloadCase[];
}

/** What identifies measurements here, and where they are kept. */
export interface TuningRecords {
  readonly cache: ScheduleCache;
  readonly device: DeviceFingerprint;
  /** Versions that emitted code depends on, such as `{ emitter: "x86@2" }`. */
  readonly toolchain: Readonly<Record<string, string>>;
  readonly mode: TimingRequest["mode"];
}

/** What tuning works with. */
export interface TuningContext extends TuningRecords {
  readonly measurer: Measurer;
  /**
   * Tells the nanoseconds that no kernel of a task can beat which multiplies as often as the workload's definition: that
   * work divided by the measured peak of the machine; 0 when that is not known. Asked at most once, before a search.
   */
  readonly measureBounds: () => Promise<(task: TuningTask) => number>;
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Nobody pauses or ends the search where it is left out. */
  readonly control?: RunControl;
  /** Nothing ends the search but its effort where it is left out. */
  readonly time?: SearchTime;
  readonly search: Search;
  readonly effort: TuningEffort;
  /** Seed of all random choices. */
  readonly seed: number;
  /** Version of this tool, and the time of day as ISO 8601, for records. */
  readonly tool: string;
  readonly now: () => string;
}

/** The key of a task's trials with one of its templates. */
export function taskTrialKey(task: TuningTask, template: Template, { device, toolchain }: TuningRecords): string {
  const { workload, threads } = task;
  return trialKey({ workload, template: templateId(template), device, toolchain, threads });
}

/** The key of a task's choice: of all its templates, and of how they are timed. */
export function taskChoiceKey(task: TuningTask, { device, toolchain, mode }: TuningRecords): string {
  return hashJson({
    scope: "kernel",
    workload: task.workload,
    templates: task.templates.map(templateId).sort(),
    threads: task.sharedThreads === undefined ? task.threads : [task.threads, task.sharedThreads],
    ...(task.limits === undefined ? {} : { limits: task.limits }),
    mode,
    toolchain,
    device: { ...device },
  });
}

/** A task that keeps its data. */
export interface KeptTask extends TuningTask {
  /** Frees the data, which are megabytes a workload; they are made again when they are asked for. */
  forgetCases(): void;
}

/** The task with its data made once, on first need: with the oracle's results they cost more than timing a kernel. */
export function keepCases(task: TuningTask): KeptTask {
  let made: readonly WorkloadCase[] | undefined;
  return { ...task, cases: () => (made ??= task.cases()), forgetCases: () => (made = undefined) };
}
