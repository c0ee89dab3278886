import type { QuantizationPlan } from "../../../passes/quantize/index.ts";
import { scheduleDiagnostics } from "../../diagnostics/codes/schedule.ts";
import { fail } from "../../diagnostics/index.ts";
import type { LayerAccuracyReport } from "../../events.ts";
import type { Model } from "../../ir/index.ts";
import type { ChoiceRecord, ScheduleCache } from "../../schedule/index.ts";
import { hashJson } from "../../schedule/index.ts";
import { spread } from "../../data/index.ts";
import { version } from "../../version.ts";
import { measuredHash } from "../config-hash.ts";
import { fewestFloat } from "./fewest-float.ts";
import { accuracyObjection, measureForms } from "./judge-accuracy.ts";
import type { MeasuredLayer } from "./layer-noise.ts";
import { measureLayerNoise } from "./layer-noise.ts";
import type { Mixtures } from "./layer-sensitivity.ts";
import { rankLayers } from "./layer-sensitivity.ts";
import type { Input } from "../load-input.ts";
import { makeForm } from "../make-form.ts";
import { orNoted } from "../or-noted.ts";
import { completeRanges, mixedModel, plainPlan, selectWithout } from "../precision/mix-precision.ts";
import type { Int8Form, Int8Recipe } from "../quantize-form.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { evaluationHash, readFeeds } from "../samples.ts";

/** Samples of the calibration data that layers are ranked on: the evaluation data judges, and must not choose. */
const rankingSamples = 8;

/** More than this share of the layers in float is no INT8 form any more. */
const mostFloat = 0.5;

/** An INT8 form with where it loses accuracy. */
export interface JudgedInt8 {
  /** A form with some layers in float that keeps the bound where the given one does not; undefined where none is needed or found. */
  readonly mixed: Int8Form | undefined;
  readonly report: LayerAccuracyReport | undefined;
}

/**
 * Tells where an INT8 form loses accuracy and, where it loses more than may be lost, leaves the fewest layers in float that
 * keep the bound. The verdict is in the records, so that it need not be found twice.
 */
export async function keepAccuracy(
  int8: Int8Form,
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<JudgedInt8> {
  if (samples === undefined || run.unrunnable !== undefined || run.options.check === "none")
    return { mixed: undefined, report: undefined };
  const { evaluation } = samples;
  const data = evaluation === undefined ? undefined : await evaluationHash(evaluation);
  const key = hashJson({ scope: "accuracy", int8: int8.hash, config: measuredHash(run.options), tool: version });
  const known = run.options.reprove ? undefined : recordedVerdict(cache, key, data);
  if (known !== undefined) {
    const { layers, excluded, reason, samples: count = 0, at } = known;
    return {
      mixed: mixer(int8, input, run).formWith(excluded),
      report: reportOf(int8, { layers, kept: excluded, reason }, count, at),
    };
  }
  if (run.options.reproducible)
    fail(scheduleDiagnostics.missingRecord({ what: "what the layers lose in INT8" }, { file: run.paths.schedule }));
  const feeds = await readFeeds(samples.check);
  const mixtures = mixer(int8, input, run);
  const judge = async (): Promise<Found> => {
    const layers = await measureLayerNoise(int8, feeds, run);
    return { layers, ...(await findKept(mixtures, int8, layers, input, samples, run)) };
  };
  const failed: Found = { layers: [], kept: [], reason: "the runtime failed while they were judged" };
  const found = (await orNoted("layers in INT8", judge, run)) ?? failed;
  const { layers, kept, reason, isStopped } = found;
  const at = new Date().toISOString();
  // What a user had no patience for is looked for again, another time.
  if (isStopped !== true)
    cache.append([
      {
        ...{ v: 1, kind: "choice", key, model: input.form.hash, scope: "accuracy" },
        ...{ reason, layers, samples: feeds.length },
        ...{ chosen: kept.length === 0 ? int8.name : mixedName(int8), excluded: kept },
        ...(data === undefined ? {} : { data }),
        ...{ at, tool: version },
      },
    ]);
  return { mixed: mixtures.formWith(kept), report: reportOf(int8, found, feeds.length, at) };
}

type Verdict = ChoiceRecord & Required<Pick<ChoiceRecord, "layers" | "excluded">>;

/** The newest verdict on these samples; the order of lines in the file plays no part. */
function recordedVerdict(cache: ScheduleCache, key: string, data: string | undefined): Verdict | undefined {
  return cache
    .choices(key)
    .find(
      (record): record is Verdict =>
        record.layers !== undefined && record.excluded !== undefined && record.data === data,
    );
}

/** Layers by the first output of their node, with what they were chosen by. */
type Kept = NonNullable<ChoiceRecord["excluded"]>;

interface Found {
  readonly layers: readonly MeasuredLayer[];
  readonly kept: Kept;
  readonly reason: string;
  readonly isStopped?: boolean;
}

/** The layers to leave in float; none where the bound holds, or where no mixture keeps it. A search that was stopped has no verdict. */
async function findKept(
  mixtures: Mixer,
  int8: Int8Form,
  layers: readonly MeasuredLayer[],
  input: Input,
  samples: Samples,
  run: Run,
): Promise<Omit<Found, "layers">> {
  const { evaluation, calibration } = samples;
  if (evaluation === undefined) return { kept: [], reason: "there are no samples to judge accuracy on" };
  const objectionTo = async (form: Int8Form, judging: Run): Promise<string | undefined> => {
    const { failures, byForm } = await measureForms([input.form, form], evaluation, judging);
    return failures.get(form.name) ?? accuracyObjection(form, byForm, run.options);
  };
  const objection = await objectionTo(int8, run);
  if (objection === undefined) return { kept: [], reason: "the accuracy asked for is kept with all layers in INT8" };
  run.note(`${int8.name}: ${objection}; looking for the layers that cost most`);
  const ranked = await rankLayers(
    mixtures,
    layers,
    await readFeeds(spread(calibration ?? samples.check, rankingSamples)),
    run,
  );
  const chosen = (count: number): Kept =>
    ranked.slice(0, count).map(({ output, outputDb }) => {
      const own = layers.find((layer) => layer.output === output)?.ownDb ?? 0;
      const alone = outputDb === undefined ? "" : `, ${outputDb.toFixed(1)} dB in the outputs when it alone is INT8`;
      return { node: output, reason: `${own.toFixed(1)} dB of its own${alone}` };
    });
  const holds = async (tried: number): Promise<boolean> => {
    const form = mixtures.formWith(chosen(tried));
    if (form === undefined) return false;
    const still = await objectionTo(form, withoutFigures(run));
    run.note(`  ${tried} of ${ranked.length} layers in float: ${still ?? "the bound is kept"}`);
    return still === undefined;
  };
  const most = Math.floor(ranked.length * mostFloat);
  const { count, isStopped } = await fewestFloat(most, holds, () => run.control.isStopping);
  if (count === undefined && isStopped)
    return { kept: [], reason: `${objection}; stopped while looking for them`, isStopped };
  if (count === undefined)
    return { kept: [], reason: `${objection}, also with half of its ${ranked.length} layers in float` };
  const reason = `${objection}; with ${count} of ${ranked.length} layers in float it is kept`;
  return isStopped
    ? { kept: chosen(count), reason: `${reason}; stopped while looking for fewer`, isStopped }
    : { kept: chosen(count), reason };
}

/** The run, told nothing of the figures of forms that are only tried. */
function withoutFigures(run: Run): Run {
  const { reporter } = run;
  return { ...run, reporter: { handle: (event) => event.type !== "accuracy" && reporter.handle(event) } };
}

function mixedName({ name }: Int8Form): string {
  return `${name}-mixed`;
}

/** Makes forms with some layers of an INT8 form in float, and the recipe that further forms are made by. */
interface Mixer extends Mixtures {
  formWith(kept: Kept): Int8Form | undefined;
}

function mixer(int8: Int8Form, input: Input, run: Run): Mixer {
  const selection = selectWithout(int8.recipe, [], run.facts);
  const recipe: Int8Recipe = { ...int8.recipe, calibration: completeRanges(int8.recipe, selection) };
  let plan: QuantizationPlan | undefined;
  const modelWith = (outputs: readonly string[]): Model =>
    mixedModel(recipe, outputs, run.facts, (plan ??= plainPlan(recipe, selection, run.facts)));
  return {
    float: recipe.float,
    modelWith,
    formWith: (kept) => {
      if (kept.length === 0) return undefined;
      const outputs = kept.map(({ node }) => node);
      const form = makeForm(mixedName(int8), modelWith(outputs), input.signature, run.environment.temp.path, true);
      const { exclusions } = recipe;
      const outputsToExclude = [...exclusions.outputsToExclude, ...outputs];
      return Object.assign(form, { recipe: { ...recipe, exclusions: { ...exclusions, outputsToExclude } } });
    },
  };
}

function reportOf(
  { name }: Int8Form,
  { layers, kept, reason }: Found,
  samples: number,
  measuredAt: string,
): LayerAccuracyReport {
  const nameOf = new Map(layers.map(({ output, node }) => [output, node]));
  return {
    ...{ form: name, samples, reason, measuredAt },
    layers: layers.map(({ node, op, ownDb, sqnrDb }) => ({ node, op, ownDb, sqnrDb })),
    keptFloat: kept.map(({ node, reason: why }) => ({ node: nameOf.get(node) ?? node, reason: why })),
  };
}
