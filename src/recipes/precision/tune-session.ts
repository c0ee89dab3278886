import { availableParallelism } from "node:os";
import type { FormSpace, FormTuning, SessionOptions } from "../../../targets/index.ts";
import {
  formEfforts,
  sessionOptions,
  sessionSettings,
  sessionTemplate,
  formTrials,
  tuneForms,
} from "../../../targets/index.ts";
import { parseDuration } from "../../config/index.ts";
import type { EarlyEnd, SessionAdvice, SessionReport } from "../../events.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { ChoiceRecord, Point, ScheduleCache, TrialRecord, TunedKernel, Workload } from "../../schedule/index.ts";
import { pointText } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { decisionKey, recordDecision, recordedDecision } from "./decision-records.ts";
import type { Decision } from "../proof/decision.ts";
import type { Form } from "../form.ts";
import { feedShapes } from "../feed-shapes.ts";
import { openFormMeasurer } from "./open-form-measurer.ts";
import { orNoted } from "../or-noted.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { describeSession } from "./session-text.ts";
import { readFeeds } from "../samples.ts";
import { threadsOf } from "../proof/time-forms.ts";

/**
 * Looks for the options of an ONNX Runtime session at which the form that is written is fastest here, and tells them: they
 * are advice in the report, nothing of the proof was timed with them. Nothing is told where nothing is known and nothing
 * may be measured.
 */
export async function adviseSession(
  form: Form,
  decision: Pick<Decision, "choice" | "replayed">,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<void> {
  const { environment, control, unrunnable } = run;
  if (environment.target.tunesForms !== true || samples === undefined || unrunnable !== undefined) return;
  if (control.isStopping) return;
  const report = await orNoted(
    "session options",
    () => tuneSession(form, mayMeasure(form, decision, run), samples, cache, run),
    run,
  );
  if (report === undefined) return;
  run.formTuning = { ...run.formTuning, session: report };
  run.note(describeSession(report));
}

/**
 * What a quick run has time for is better spent on the model. Beside a replayed proof nothing is measured, but where this
 * very form was written when the proof was made: a search that has no decision then was cut off, and goes on.
 */
function mayMeasure(form: Form, { choice, replayed }: Pick<Decision, "choice" | "replayed">, run: Run): boolean {
  const isBegun = choice.measured === "now" || replayed === form.name;
  return isBegun && ["default", "extensive"].includes(run.options.tune);
}

async function tuneSession(
  form: Form,
  measures: boolean,
  samples: Samples,
  cache: ScheduleCache,
  run: Run,
): Promise<SessionReport | undefined> {
  const { options, environment } = run;
  const { device } = environment;
  if (device === undefined || options.reproducible) return undefined;
  const [feeds = new Map()] = await readFeeds(samples.check);
  const counts = threadCounts(threadsOf(options));
  const workload: Workload = { op: "session", model: form.hash, inputs: feedShapes(feeds), threads: [...counts] };
  const records = { cache, device: device.fingerprint, toolchain: device.toolchain };
  const template = sessionTemplate(form.hash, counts);
  const space = { label: "session options", workload, templates: [template], threads: [Math.max(...counts)] };
  const seed = template.seed(workload, records.device);
  const key = decisionKey("session", workload, run);
  const known = recordedDecision(cache, "session", key, run);
  const decided = known === undefined ? undefined : decidedAs(known, seed, formTrials(space, records));
  if (decided !== undefined) return reportOf(form, decided, seed, formTrials(space, records));
  const tuned = await searchSession(form, space, measures, { feeds, records, run });
  const found = tuned?.found?.candidate.point;
  if (tuned === undefined || found === undefined) return undefined;
  const trials = formTrials(space, records);
  const { endedBy } = tuned;
  const ending = endedBy === undefined ? {} : { endedBy };
  const verdict = { ...notBelowDefaults(found, seed, (point) => nsAt(point, trials), tuned.reason), ...ending };
  // What a person ended is no decision: the next run goes on with the trials there are.
  if (measures && endedBy !== "stopped") {
    const { chosen, reason } = verdict;
    const device = records.device;
    recordDecision(cache, "session", key, { model: form.hash, chosen: pointText(chosen), reason, device, ...ending });
  }
  return reportOf(form, verdict, seed, trials);
}

/** The best options by a search or, where nothing may be measured, by the trials of the records. */
async function searchSession(
  form: Form,
  space: FormSpace,
  measures: boolean,
  { feeds, records, run }: { readonly feeds: Feeds; readonly records: FormTuning["records"]; readonly run: Run },
): Promise<TunedKernel | undefined> {
  const { options } = run;
  const file = measures ? await form.file() : "";
  const measurer = openFormMeasurer(feeds, run, (identity) => ({
    file,
    settings: sessionSettings((JSON.parse(identity) as { readonly options: SessionOptions }).options),
  }));
  const search = (): Promise<TunedKernel | undefined> =>
    tuneForms(space, {
      records,
      effort: measures ? formEfforts[options.tune as keyof typeof formEfforts] : "known",
      budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
      ...{ seed: options.seed, tool: version, measurer },
      ...{ reporter: run.reporter, signal: run.signal, control: run.control },
    });
  try {
    return measures ? await run.phase("tune session options", search) : await search();
  } finally {
    await measurer.close();
  }
}

/** Options that were decided on, and why. */
interface SessionVerdict {
  readonly chosen: Point;
  readonly reason: string;
  readonly endedBy?: EarlyEnd;
}

/** A decision of the records; undefined where its options are neither the defaults nor those of a trial. */
function decidedAs(
  { chosen, reason, endedBy }: ChoiceRecord,
  seed: Point,
  trials: readonly TrialRecord[],
): SessionVerdict | undefined {
  const point = [seed, ...trials.map((trial) => trial.point)].find((each) => pointText(each) === chosen);
  if (point === undefined) return undefined;
  return { chosen: point, reason, ...(endedBy === undefined ? {} : { endedBy }) };
}

function nsAt(point: Point, trials: readonly TrialRecord[]): number | undefined {
  return trials.find((trial) => trial.status === "ok" && pointText(trial.point) === pointText(point))?.ns?.min;
}

function reportOf(
  { name }: Form,
  { chosen, reason, endedBy }: SessionVerdict,
  seed: Point,
  trials: readonly TrialRecord[],
): SessionReport {
  const [defaultNs, ns] = [nsAt(seed, trials), nsAt(chosen, trials)];
  return {
    ...{ form: name, options: advice(sessionOptions(chosen)) },
    ...(defaultNs === undefined ? {} : { defaultNs }),
    ...(ns === undefined ? {} : { ns }),
    tried: new Set(trials.map(({ point }) => pointText(point))).size,
    reason,
    ...(endedBy === undefined ? {} : { endedBy }),
  };
}

/**
 * What a search found, or the defaults (`seed`) where they ran in less time: searches that were cut short rank by a race on a
 * busy machine, and nobody is advised to what was slower.
 */
export function notBelowDefaults(
  found: Point,
  seed: Point,
  nsOf: (point: Point) => number | undefined,
  reason: string,
): { readonly chosen: Point; readonly reason: string } {
  const isSlower = (nsOf(found) ?? Infinity) > (nsOf(seed) ?? Infinity);
  return isSlower ? { chosen: seed, reason: `${reason}; the defaults ran in less time` } : { chosen: found, reason };
}

/** Powers of two up to all threads, and those that were asked for. */
function threadCounts(asked: readonly number[]): readonly number[] {
  const all = availableParallelism();
  const powers = Array.from({ length: 1 + Math.floor(Math.log2(all)) }, (_, i) => 2 ** i);
  return [...new Set([...powers, all, ...asked.filter((count) => count <= all)])].sort((a, b) => a - b);
}

function advice({ threads, optimization, spinning, arena, memoryPattern, execution }: SessionOptions): SessionAdvice {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: execution === "parallel" ? threads : 1,
    graphOptimizationLevel: optimization,
    executionMode: execution,
    enableCpuMemArena: arena,
    enableMemPattern: memoryPattern,
    allowSpinning: spinning,
  };
}
