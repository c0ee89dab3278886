import type { PrecisionPlan, TunedForm } from "../../targets/index.ts";
import { floatTemplate, formEfforts, int8Groups, precisionTemplate, tuneForms } from "../../targets/index.ts";
import { parseDuration } from "../config/index.ts";
import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { PrecisionReport } from "../events.ts";
import type { Json, ScheduleCache, Workload } from "../schedule/index.ts";
import { hashJson } from "../schedule/index.ts";
import { version } from "../version.ts";
import { feedShapes } from "./feed-shapes.ts";
import type { Form } from "./form.ts";
import { measureTimes, recordedTimes, withNames } from "./group-times.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import { completeRanges, mixedModel, selectWithout } from "./mix-precision.ts";
import { openFormMeasurer } from "./open-form-measurer.ts";
import { orNoted } from "./or-noted.ts";
import { describePrecision, explainPrecision } from "./precision-report.ts";
import { groupUnits, precisionEdges, precisionUnits } from "./precision-units.ts";
import type { Int8Form } from "./quantize-form.ts";
import { recordedDevice } from "./recorded-device.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";
import { threadsOf } from "./time-forms.ts";

/** A form with some layers in INT8 and others in float, and what was found on the way. */
export interface TunedPrecision {
  /** Undefined where no mixture beats plain INT8 and plain float, which are forms of their own. */
  readonly form: Form | undefined;
  readonly report: PrecisionReport;
}

/** The form with tuned precision as a phase of a compile, told and reported; undefined where there is none. */
export async function addTunedForm(
  int8: Int8Form,
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Form | undefined> {
  if (run.environment.target.tunesForms !== true || samples === undefined) return undefined;
  const tuned = await run.phase("tune precision", () =>
    orNoted("precision", () => tunePrecision(int8, input, samples, cache, run), run),
  );
  if (tuned === undefined) return undefined;
  run.formTuning = { ...run.formTuning, precision: tuned.report };
  for (const text of describePrecision(tuned.report)) run.note(text);
  return tuned.form;
}

/**
 * Chooses which layers are INT8 by timing whole networks in ONNX Runtime: like layers together, from the best of all INT8,
 * all float and what a profile predicts. Undefined where there is nothing to choose, or nothing is known and nothing may be
 * measured. Throws IO0803 in a reproducible run without the records of it.
 */
export async function tunePrecision(
  int8: Int8Form,
  input: Input,
  samples: Samples,
  cache: ScheduleCache,
  run: Run,
): Promise<TunedPrecision | undefined> {
  const { options, environment, facts } = run;
  const float = withNames(int8.recipe.float);
  const plain = { ...int8.recipe, float };
  const selection = selectWithout(plain, [], facts);
  const recipe = { ...plain, calibration: completeRanges(plain, selection) };
  const groups = groupUnits(precisionUnits(selection));
  if (groups.length < 2) return undefined;
  const [feeds] = await readFeeds(samples.check);
  const { ranges, means } = recipe.calibration;
  const workload: Workload = {
    ...{ op: "precision", model: int8.recipe.base.hash, ranges: hashJson({ ranges, means } as unknown as Json) },
    ...{
      inputs: feedShapes(feeds ?? new Map()),
      groups: groups.map(({ name }) => name),
      widest: facts.hasVnni ? 127 : 63,
    },
  };
  const held = recordedDevice(cache, workload, run);
  if (held === undefined) return undefined;
  const key = hashJson({ scope: "layers", workload, device: { ...held.device }, toolchain: held.toolchain });
  const measures = options.tune !== "off" && !options.reproducible && run.unrunnable === undefined;
  const times =
    recordedTimes(cache, key, groups) ??
    (measures && feeds !== undefined
      ? await measureTimes({ float, int8: withNames(int8.model) }, groups, { cache, key, samples, run })
      : groups.map(({ name }) => ({ name, floatNs: 0, int8Ns: 0 })));

  const outputsWithout = (kept: ReadonlySet<string>): readonly string[] =>
    groups.flatMap(({ name, units }) => (kept.has(name) ? [] : units.map(({ output }) => output)));
  /** Layers in float, by the digest of the model they make. */
  const mixtures = new Map<string, readonly string[]>();
  const plan: PrecisionPlan = {
    groups: times,
    edges: precisionEdges(selection, groups),
    identity: (kept) => {
      const outputs = outputsWithout(kept);
      const { decisions } = selectWithout(recipe, outputs, facts);
      const int8Nodes = [...decisions].flatMap(([node, { state }]) => (state === "float" ? [] : [node.output.name]));
      const text = hashJson({ workload, int8: int8Nodes });
      mixtures.set(text, outputs);
      return text;
    },
  };
  const measurer = openFormMeasurer(feeds ?? new Map(), run, (identity) => ({
    model: mixedModel(recipe, mixtures.get(identity) ?? [], facts),
    settings: { optimization: "all" },
  }));
  const templates = [precisionTemplate(plan), floatTemplate(plan)];
  let found: TunedForm | undefined;
  try {
    found = await tuneForms(
      { label: `precision of ${input.form.hash.slice(0, 8)}`, workload, templates, threads: threadsOf(options) },
      {
        records: { cache, ...held },
        effort: measures
          ? formEfforts[options.tune as keyof typeof formEfforts]
          : options.budget === undefined
            ? "replay"
            : "known",
        budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
        ...{
          seed: options.seed,
          tool: version,
          reporter: run.reporter,
          signal: run.signal,
          control: run.control,
          measurer,
        },
      },
    );
  } finally {
    await measurer.close();
  }
  if (found === undefined) {
    if (options.reproducible && options.tune !== "off" && options.budget === undefined)
      fail(
        scheduleDiagnostics.missingRecord(
          { what: "the precision of this model's layers" },
          { file: run.paths.schedule },
        ),
      );
    return undefined;
  }
  const chosen = found.tuned.found?.candidate;
  const kept = chosen?.template.name === "float" ? new Set<string>() : int8Groups(plan, chosen?.point ?? {});
  const report = explainPrecision(groups, times, kept, found);
  const isPlain = kept.size === 0 || kept.size === groups.length;
  if (isPlain) return { form: undefined, report };
  const model = mixedModel({ ...recipe, float: int8.recipe.float }, outputsWithout(kept), facts);
  const form = makeForm("tuned", model, input.signature, environment.temp.path, true);
  return { form, report };
}
