import type { CompileOptions } from "../config/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { Diagnostic } from "../diagnostics/index.ts";
import type { CompileEvent, CompileReport, FormTuningReport, RegionsReport, Reporter, RunControl } from "../events.ts";
import { nextTurn, noControl } from "../events.ts";
import type { StageResult, TargetFacts } from "../pipeline/index.ts";
import type { DeviceFingerprint } from "../schedule/index.ts";
import type { Environment } from "./environment.ts";
import type { Accuracy, Form } from "./form.ts";
import type { OutputPaths } from "./paths.ts";
import type { HistoryKeeper } from "./tuning-history.ts";
import { keepHistory } from "./tuning-history.ts";

/** One compile under way: what it works with, and what its report gathers. */
export interface Run {
  readonly options: CompileOptions;
  readonly paths: OutputPaths;
  readonly environment: Environment;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly control: RunControl;
  readonly stages: CompileReport["stages"][number][];
  readonly refusals: CompileReport["refusals"][number][];
  readonly problems: Diagnostic[];
  readonly notes: string[];
  readonly phases: CompileReport["phases"][number][];
  /** What is emitted for: this device or, in a reproducible run, that of the records. */
  device: DeviceFingerprint | undefined;
  /** What passes may know of the target on that device. */
  facts: TargetFacts;
  readonly regions: RegionsReport[];
  quantization: unknown;
  formTuning: FormTuningReport;
  layerAccuracy: CompileReport["layerAccuracy"];
  pruning: unknown;
  noise: number | undefined;
  /** Why the model is not run here, once that is known. */
  readonly history: HistoryKeeper;
  unrunnable: string | undefined;
  /** Accuracy of forms on the evaluation samples, as far as it was measured. */
  readonly judged: Map<Form, { readonly accuracy: readonly Accuracy[]; readonly failure?: string }>;
  /** Runs one phase: announces it, and keeps its time. */
  phase<T>(name: string, action: () => Promise<T>): Promise<T>;
  /** Reports a problem that does not end the compile. */
  diagnose(diagnostic: Diagnostic): void;
  note(text: string): void;
  /** Reports, once, why the model is not run here. */
  cannotRun(reason: string): void;
  recordStage(stage: string, result: StageResult): void;
}

/** Starts the bookkeeping of a compile. Refusals and diagnostics that pass through the reporter are kept for the report. */
export function startRun(
  options: CompileOptions,
  paths: OutputPaths,
  environment: Environment,
  setup: { readonly reporter: Reporter; readonly signal: AbortSignal; readonly control?: RunControl },
): Run {
  const run: Run = {
    options,
    paths,
    environment,
    signal: setup.signal,
    control: setup.control ?? noControl,
    reporter: { handle: (event) => keep(run, event, setup.reporter) },
    stages: [],
    refusals: [],
    problems: [],
    notes: [],
    regions: [],
    phases: [],
    device: environment.device?.fingerprint,
    facts: environment.target.facts(environment.device?.fingerprint),
    quantization: undefined,
    formTuning: {},
    layerAccuracy: undefined,
    pruning: undefined,
    noise: undefined,
    unrunnable: undefined,
    judged: new Map(),
    history: keepHistory(),
    phase: async (name, action) => {
      await nextTurn();
      await run.control.whilePaused();
      setup.signal.throwIfAborted();
      setup.reporter.handle({ type: "phase", name });
      const start = performance.now();
      try {
        return await action();
      } finally {
        run.phases.push({ name, ms: performance.now() - start });
      }
    },
    diagnose: (diagnostic) => run.reporter.handle({ type: "diagnostic", diagnostic }),
    note: (text) => run.reporter.handle({ type: "note", text }),
    cannotRun: (reason) => {
      if (run.unrunnable === undefined) run.diagnose(runtimeDiagnostics.notMeasured({ reason }));
      run.unrunnable = reason;
    },
    recordStage: (stage, { changes, summaries, comparison, disabled }) =>
      void run.stages.push({
        stage,
        changes,
        check: comparison === undefined ? "not compared" : `${comparison.verdict}: ${comparison.detail}`,
        passes: summaries.map(({ pass, changes: count, ms, byRule }) => ({
          pass,
          changes: count,
          ms,
          byRule: Object.fromEntries(byRule),
        })),
        leftOut: disabled,
      }),
  };
  return run;
}

function keep(run: Run, event: CompileEvent, reporter: Reporter): void {
  run.history.handle(event);
  if (event.type === "refusal")
    run.refusals.push({ pass: event.pass, rule: event.rule, node: event.node, reason: event.reason });
  if (event.type === "diagnostic") run.problems.push(event.diagnostic);
  if (event.type === "note") run.notes.push(event.text);
  if (event.type === "regions") run.regions.push(event.report);
  reporter.handle(event);
}
