import type { PrecisionPlan } from "../../targets/index.ts";
import {
  floatTemplate,
  formEfforts,
  int8Groups,
  formTrials,
  precisionTemplate,
  tellRecordedForms,
  tuneForms,
  withinSessions,
} from "../../targets/index.ts";
import { parseDuration } from "../config/index.ts";
import type { PrecisionReport } from "../events.ts";
import type { Feeds } from "../pipeline/index.ts";
import type { DeviceFingerprint, ScheduleCache } from "../schedule/index.ts";
import { hashJson } from "../schedule/index.ts";
import { version } from "../version.ts";
import { measureTimes, recordedTimes, withNames } from "./group-times.ts";
import { sessionsThatFit } from "./memory.ts";
import type { TrialForm } from "./open-form-measurer.ts";
import { openFormMeasurer } from "./open-form-measurer.ts";
import type { KnownPrecision } from "./precision-records.ts";
import { explainPrecision } from "./precision-report.ts";
import type { PrecisionSpace } from "./precision-space.ts";
import { precisionEdges } from "./precision-units.ts";
import type { Int8Form } from "./quantize-form.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { threadsOf } from "./time-forms.ts";

/** What a search works with besides the space. */
export interface PrecisionSearch {
  readonly int8: Int8Form;
  readonly feeds: Feeds;
  readonly samples: Samples;
  readonly cache: ScheduleCache;
  readonly run: Run;
}

/**
 * Chooses among the mixtures of a space by timing whole networks in ONNX Runtime, beginning with all INT8, all float and
 * what a profile predicts. What is decided already is only explained, and so is, with `--tune off`, what an earlier search
 * chose. Undefined where there is neither, and without a device.
 */
export async function searchPrecision(
  space: PrecisionSpace,
  decided: KnownPrecision | undefined,
  { int8, feeds, samples, cache, run }: PrecisionSearch,
): Promise<PrecisionReport | undefined> {
  const { options, environment } = run;
  const { groups, workload, selection, identity } = space;
  if (environment.device === undefined && decided === undefined) return undefined;
  const { fingerprint: device, toolchain } = environment.device ?? { fingerprint: unknownDevice, toolchain: {} };
  const key = hashJson({ scope: "layers", workload, device: { ...device }, toolchain });
  const measures = decided === undefined && options.tune !== "off" && run.unrunnable === undefined;
  const unknown = groups.map(({ name }) => ({ name, floatNs: 0, int8Ns: 0 }));
  const models = { float: space.float, int8: withNames(int8.model) };
  const times =
    recordedTimes(cache, key, groups) ??
    (measures ? await measureTimes(models, groups, { cache, key, samples, run }) : unknown);
  const plan: PrecisionPlan = { groups: times, edges: precisionEdges(selection, groups), identity };
  const forms = {
    ...{ label: "precision of layers", workload, templates: [precisionTemplate(plan), floatTemplate(plan)] },
    // A quick search leaves the other counts to the proof, which times the result at all of them.
    threads: options.tune === "quick" ? [Math.min(...threadsOf(options))] : threadsOf(options),
  };
  const records = { cache, device, toolchain };
  const explain = (kept: ReadonlySet<string>, reason: string): PrecisionReport =>
    explainPrecision(groups, times, kept, { reason, trials: formTrials(forms, records) });
  if (decided !== undefined) {
    tellRecordedForms(forms, records, run.reporter);
    const kept = groups.flatMap(({ name }) => (decided.float.has(name) ? [] : [name]));
    return explain(new Set(kept), decided.reason);
  }
  const sessions = sessionsThatFit(int8.recipe.base.bytes, options);
  const make = (wanted: string): TrialForm => ({ model: space.mixed(wanted), settings: { optimization: "all" } });
  const measurer = openFormMeasurer(feeds, run, make, { kept: Math.max(0, Math.min(4, sessions - 8)) });
  try {
    const tuned = await tuneForms(forms, {
      records,
      effort: measures ? withinSessions(formEfforts[options.tune as keyof typeof formEfforts], sessions) : "known",
      budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
      ...{ seed: options.seed, tool: version, measurer },
      ...{ reporter: run.reporter, signal: run.signal, control: run.control },
    });
    const candidate = tuned?.found?.candidate;
    return candidate === undefined ? undefined : explain(int8Groups(plan, candidate.point), tuned?.reason ?? "");
  } finally {
    await measurer.close();
  }
}

/** Where there is no device nothing was timed on it. */
const unknownDevice: DeviceFingerprint = {
  ...{ kind: "cpu", vendor: "", name: "", family: 0, model: 0, isa: [] },
  ...{ l1dKiB: 0, l2KiB: 0, l3KiB: 0, cores: 0, threads: 0 },
};
