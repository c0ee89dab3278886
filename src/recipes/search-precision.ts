import type { PrecisionPlan } from "../../targets/index.ts";
import { floatTemplate, formEfforts, int8Groups, precisionTemplate, tuneForms } from "../../targets/index.ts";
import { parseDuration } from "../config/index.ts";
import type { PrecisionReport } from "../events.ts";
import type { Feeds } from "../pipeline/index.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import { hashJson } from "../schedule/index.ts";
import { version } from "../version.ts";
import { measureTimes, recordedTimes, withNames } from "./group-times.ts";
import { openFormMeasurer } from "./open-form-measurer.ts";
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
 * what a profile predicts; with `--tune off` an earlier choice counts. Undefined where there is none, and without a device.
 */
export async function searchPrecision(
  space: PrecisionSpace,
  { int8, feeds, samples, cache, run }: PrecisionSearch,
): Promise<PrecisionReport | undefined> {
  const { options, environment } = run;
  const { groups, workload, selection } = space;
  if (environment.device === undefined) return undefined;
  const { fingerprint: device, toolchain } = environment.device;
  const key = hashJson({ scope: "layers", workload, device: { ...device }, toolchain });
  const measures = options.tune !== "off" && run.unrunnable === undefined;
  const unknown = groups.map(({ name }) => ({ name, floatNs: 0, int8Ns: 0 }));
  const models = { float: space.float, int8: withNames(int8.model) };
  const times =
    recordedTimes(cache, key, groups) ??
    (measures ? await measureTimes(models, groups, { cache, key, samples, run }) : unknown);
  const { identity } = space;
  const plan: PrecisionPlan = { groups: times, edges: precisionEdges(selection, groups), identity };
  const measurer = openFormMeasurer(feeds, run, (wanted) => ({
    model: space.mixed(wanted),
    settings: { optimization: "all" },
  }));
  try {
    const found = await tuneForms(
      {
        ...{ label: "precision of layers", workload, templates: [precisionTemplate(plan), floatTemplate(plan)] },
        threads: threadsOf(options),
      },
      {
        records: { cache, device, toolchain },
        effort: measures ? formEfforts[options.tune as keyof typeof formEfforts] : "replay",
        budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
        ...{ seed: options.seed, tool: version, measurer },
        ...{ reporter: run.reporter, signal: run.signal, control: run.control },
      },
    );
    const candidate = found?.tuned.found?.candidate;
    if (found === undefined || candidate === undefined) return undefined;
    return explainPrecision(groups, times, int8Groups(plan, candidate.point), found);
  } finally {
    await measurer.close();
  }
}
