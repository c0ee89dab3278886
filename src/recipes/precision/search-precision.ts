import type { PrecisionGroup, PrecisionPlan } from "../../../targets/index.ts";
import {
  chosenRewrites,
  floatTemplate,
  formEfforts,
  int8Groups,
  formTrials,
  precisionTemplate,
  tellRecordedForms,
  tuneForms,
  withinSessions,
} from "../../../targets/index.ts";
import { parseDuration } from "../../config/index.ts";
import type { PrecisionReport } from "../../events.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { DeviceFingerprint, ScheduleCache } from "../../schedule/index.ts";
import { hashJson } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { measureTimes, recordedTimes, withNames } from "./group-times.ts";
import { sessionsThatFit } from "../memory.ts";
import type { TrialForm } from "./open-form-measurer.ts";
import { openFormMeasurer } from "./open-form-measurer.ts";
import type { KnownPrecision } from "./precision-records.ts";
import { explainPrecision } from "./precision-report.ts";
import type { PrecisionChoice, PrecisionSpace } from "./precision-space.ts";
import { precisionEdges } from "./precision-units.ts";
import type { Int8Form } from "../quantize-form.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { threadsOf } from "../proof/time-forms.ts";

/** What a search works with besides the space. */
export interface PrecisionSearch {
  readonly int8: Int8Form;
  readonly feeds: Feeds;
  readonly samples: Samples;
  readonly cache: ScheduleCache;
  readonly run: Run;
}

/**
 * Chooses among the mixtures and spellings of a space by timing whole networks in ONNX Runtime, beginning with all INT8, all
 * float, what a profile predicts, all spellings together and each alone. What is decided already is only explained, and so is, with
 * `--tune off`, what an earlier search chose. Undefined where there is neither, and without a device.
 */
export async function searchPrecision(
  space: PrecisionSpace,
  decided: KnownPrecision | undefined,
  search: PrecisionSearch,
): Promise<PrecisionReport | undefined> {
  const { cache, run } = search;
  const { options, environment } = run;
  if (environment.device === undefined && decided === undefined) return undefined;
  const { fingerprint: device, toolchain } = environment.device ?? { fingerprint: unknownDevice, toolchain: {} };
  const key = hashJson({ scope: "layers", workload: space.workload, device: { ...device }, toolchain });
  const measures = decided === undefined && options.tune !== "off" && run.unrunnable === undefined;
  const times = await timesOfGroups(space, key, measures, search);
  const plan = planOf(space, times);
  const forms: FormSpace = {
    ...{ label: "precision of layers", workload: space.workload },
    templates: [precisionTemplate(plan), floatTemplate(plan)],
    // A quick search leaves the other counts to the proof, which times the result at all of them.
    threads: options.tune === "quick" ? [Math.min(...threadsOf(options))] : threadsOf(options),
  };
  const records = { cache, device, toolchain };
  const explain = (chosen: PrecisionChoice, reason: string): PrecisionReport =>
    explainPrecision({ space, times, trials: formTrials(forms, records) }, chosen, reason);
  if (decided !== undefined) {
    tellRecordedForms(forms, records, run.reporter);
    const kept = space.groups.flatMap(({ name }) => (decided.float.has(name) ? [] : [name]));
    return { ...explain({ int8: new Set(kept), rewrites: decided.rewrites }, decided.reason), ...endOf(decided) };
  }
  const tuned = await tuneMixtures(space, forms, records, measures, search);
  const point = tuned?.found?.candidate.point;
  if (tuned === undefined || point === undefined) return undefined;
  const chosen = { int8: int8Groups(plan, point), rewrites: chosenRewrites(plan, point) };
  return { ...explain(chosen, tuned.reason), ...endOf(tuned) };
}

function endOf({ endedBy }: Pick<PrecisionReport, "endedBy">): Pick<PrecisionReport, "endedBy"> {
  return endedBy === undefined ? {} : { endedBy };
}

type FormSpace = Parameters<typeof tuneForms>[0];
type Tuning = Parameters<typeof tuneForms>[1];

/** What the groups take in float and in INT8, by the records or by a profile; zeros where nothing is known. */
async function timesOfGroups(
  { groups, float }: PrecisionSpace,
  key: string,
  measures: boolean,
  { int8, samples, cache, run }: PrecisionSearch,
): Promise<readonly PrecisionGroup[]> {
  const known = recordedTimes(cache, key, groups);
  if (known !== undefined) return known;
  if (!measures) return groups.map(({ name }) => ({ name, floatNs: 0, int8Ns: 0 }));
  return measureTimes({ float, int8: withNames(int8.model) }, groups, { cache, key, samples, run });
}

function planOf(
  { groups, alternatives, selection, identity }: PrecisionSpace,
  times: readonly PrecisionGroup[],
): PrecisionPlan {
  return {
    ...{ groups: times, edges: precisionEdges(selection, groups) },
    rewrites: alternatives.map(({ name }) => name),
    identity: (int8, rewrites) => identity({ int8, rewrites }),
  };
}

/** The search itself, or the best of the records where nothing may be measured. */
async function tuneMixtures(
  space: PrecisionSpace,
  forms: FormSpace,
  records: Tuning["records"],
  measures: boolean,
  { int8, feeds, run }: PrecisionSearch,
): Promise<Awaited<ReturnType<typeof tuneForms>>> {
  const { options } = run;
  const sessions = sessionsThatFit(int8.recipe.base.bytes, options);
  const make = (wanted: string): TrialForm => ({ model: space.mixed(wanted), settings: { optimization: "all" } });
  const measurer = openFormMeasurer(feeds, run, make, { kept: Math.max(0, Math.min(4, sessions - 8)) });
  try {
    return await tuneForms(forms, {
      records,
      effort: measures ? withinSessions(formEfforts[options.tune as keyof typeof formEfforts], sessions) : "known",
      budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
      ...{ seed: options.seed, tool: version, measurer },
      ...{ reporter: run.reporter, signal: run.signal, control: run.control },
    });
  } finally {
    await measurer.close();
  }
}

/** Where there is no device nothing was timed on it. */
const unknownDevice: DeviceFingerprint = {
  ...{ kind: "cpu", vendor: "", name: "", family: 0, model: 0, isa: [] },
  ...{ l1dKiB: 0, l2KiB: 0, l3KiB: 0, cores: 0, threads: 0 },
};
