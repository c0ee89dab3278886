import type { Reporter, RunControl } from "../../src/events.ts";
import { systemClock } from "../../src/measure/index.ts";
import type {
  Measurer,
  Template,
  TrialRecord,
  TunedKernel,
  TuningEffort,
  TuningRecords,
  TuningTask,
  Workload,
  WorkloadCase,
} from "../../src/schedule/index.ts";
import { guidedSearch, replayedKernel, taskTrialKey, tuneWorkloads } from "../../src/schedule/index.ts";

/** What is chosen among: models and sessions, each a point of a template. */
export interface FormSpace {
  /** For people. */
  readonly label: string;
  readonly workload: Workload;
  /** The preferred one first: its seed stays where nothing wins against it. */
  readonly templates: readonly Template[];
  /** Candidates are tuned for the least and the greatest of these; a template may bring its own thread counts. */
  readonly threads: readonly number[];
}

/** What choosing works with. */
export interface FormTuning {
  /** Trials and choices, and what they hold for; times of whole models are `hot`: what a network leaves in the caches stays. */
  readonly records: Omit<TuningRecords, "mode">;
  /** How much is tried. `replay`: nothing is measured, an earlier choice counts. */
  readonly effort: TuningEffort | "replay";
  readonly budgetMs: number;
  readonly seed: number;
  /** Version of this tool, for records. */
  readonly tool: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly control: RunControl;
  /** Asked for on first need. */
  readonly measurer: Measurer;
}

/** What was chosen, with every trial that the records hold of it. */
export interface TunedForm {
  readonly tuned: TunedKernel;
  /** Trials on the least number of threads, one template after another, the best first. */
  readonly trials: readonly TrialRecord[];
}

/** Models have nothing to run but themselves: the measurer knows their feeds. */
const nothing: WorkloadCase = {
  buffers: {},
  parameters: { numbers: {}, tables: {} },
  constants: {},
  expected: () => undefined,
};

/** Chooses in a space by the tuner's own search, race and records; undefined where a replay knows nothing. */
export async function tuneForms(
  { label, workload, templates, threads: counts }: FormSpace,
  tuning: FormTuning,
): Promise<TunedForm | undefined> {
  const { effort, seed, reporter, signal, control, measurer, tool, budgetMs } = tuning;
  const records: TuningRecords = { ...tuning.records, mode: "hot" };
  const [threads, most] = [Math.min(...counts), Math.max(...counts)];
  const shared = most > threads ? { sharedThreads: most } : {};
  const task: TuningTask = { label, workload, templates, uses: 1, threads, ...shared, cases: () => [nothing] };
  const trials = (): readonly TrialRecord[] =>
    templates.flatMap((template) => records.cache.trials(taskTrialKey(task, template, records)));
  if (effort === "replay") {
    const tuned = replayedKernel(task, records, 1);
    return tuned === undefined ? undefined : { tuned, trials: trials() };
  }
  const now = (): string => new Date().toISOString();
  const measureBounds = async (): Promise<() => number> => () => 0;
  const searching = { measurer, measureBounds, search: guidedSearch, effort, seed };
  const context = { ...records, ...searching, reporter, signal, control, tool, clock: systemClock, now };
  const [tuned] = await tuneWorkloads([task], context, budgetMs);
  return tuned === undefined ? undefined : { tuned, trials: trials() };
}
