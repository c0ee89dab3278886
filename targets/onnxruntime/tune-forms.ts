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
import { guidedSearch, knownKernel, recordedHistories, taskTrialKey, tuneWorkloads } from "../../src/schedule/index.ts";

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
  /** How much is tried. `known`: nothing is measured, the best of the records counts. */
  readonly effort: TuningEffort | "known";
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

/** Models have nothing to run but themselves: the measurer knows their feeds. */
const nothing: WorkloadCase = {
  buffers: {},
  parameters: { numbers: {}, tables: {} },
  constants: {},
  expected: () => undefined,
};

/**
 * The task of a space, on its least number of threads and, where there are more, on its greatest. Who ships a model for two
 * numbers of threads wants nothing that is slower on one of them.
 */
function taskOf({ label, workload, templates, threads: counts }: FormSpace): TuningTask {
  const [threads, most] = [Math.min(...counts), Math.max(...counts)];
  const shared = most > threads ? { sharedThreads: most } : {};
  return { label, workload, templates, uses: 1, threads, ...shared, holdsOnBoth: true, cases: () => [nothing] };
}

/** Trials that the records hold on the least number of threads, one template after another, the best first. */
export function formTrials(space: FormSpace, records: FormTuning["records"]): readonly TrialRecord[] {
  const task = taskOf(space);
  return space.templates.flatMap((template) =>
    records.cache.trials(taskTrialKey(task, template, { ...records, mode: "hot" })),
  );
}

/** Tells how the searches in a space went, by the records. */
export function tellRecordedForms(space: FormSpace, records: FormTuning["records"], reporter: Reporter): void {
  for (const history of recordedHistories(taskOf(space), { ...records, mode: "hot" }))
    reporter.handle({ type: "tuning-replayed", history });
}

/** Chooses in a space by the tuner's own search, race and records; undefined where nothing is known and nothing may be measured. */
export async function tuneForms(space: FormSpace, tuning: FormTuning): Promise<TunedKernel | undefined> {
  const { effort, seed, reporter, signal, control, measurer, tool, budgetMs } = tuning;
  const records: TuningRecords = { ...tuning.records, mode: "hot" };
  const task = taskOf(space);
  if (effort === "known") {
    const known = knownKernel(task, records);
    if (known.source === "seed") return undefined;
    tellRecordedForms(space, tuning.records, reporter);
    return known;
  }
  const now = (): string => new Date().toISOString();
  const measureBounds = async (): Promise<() => number> => () => 0;
  const searching = { measurer, measureBounds, search: guidedSearch, effort, seed };
  const context = { ...records, ...searching, reporter, signal, control, tool, clock: systemClock, now };
  const [tuned] = await tuneWorkloads([task], context, budgetMs);
  return tuned;
}
