import { parseDuration } from "../config/index.ts";
import { cloneModel } from "../ir/index.ts";
import { inferTypes } from "../ops/index.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import { tuningEfforts } from "../schedule/index.ts";
import { version } from "../version.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import { compareValues } from "../pipeline/index.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";

/**
 * The form in which parts of `base` are programs of machine code, tuned on this device; undefined where the target has
 * no kernels, or none that this model could use.
 */
export async function addRegionForm(
  base: Form,
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Form | undefined> {
  const { environment, options } = run;
  const { target, device } = environment;
  if (target.compileRegions === undefined || device === undefined) return undefined;
  const model = cloneModel(base.model);
  inferTypes(model, { onConflict: "replace" });
  const measures = options.tune !== "off" && !options.reproducible && run.unrunnable === undefined;
  const compiled = await target.compileRegions(model, {
    device: device.fingerprint,
    cache,
    effort: measures ? tuningEfforts[options.tune as keyof typeof tuningEfforts] : undefined,
    budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
    seed: options.seed,
    tool: version,
    reporter: run.reporter,
    signal: run.signal,
  });
  for (const { node, reason } of compiled.refusals)
    run.reporter.handle({ type: "refusal", pass: "regions", rule: target.id, node, reason });
  if (compiled.regions.length === 0) {
    run.note(`no part of ${base.name} became a region: the report lists why for each node`);
    return undefined;
  }
  const name = `${base.name}-${target.id}`;
  const form = makeForm(name, model, input.signature, environment.temp.path, base.lossy);
  const difference = await differenceFrom(base, form, samples, run);
  if (difference !== undefined) {
    run.diagnose(runtimeDiagnostics.regionsDiffer({ form: name, detail: difference }));
    return undefined;
  }
  run.regions.push({ form: name, ...compiled });
  return form;
}

/** How the results of two forms differ by more than rounding; undefined when they do not, or cannot be run. */
async function differenceFrom(
  base: Form,
  form: Form,
  samples: Samples | undefined,
  run: Run,
): Promise<string | undefined> {
  if (samples === undefined || run.unrunnable !== undefined || run.options.check === "none") return undefined;
  const feeds = await readFeeds(samples.check);
  const { fast } = run.environment;
  const theirs = fast.run(form.model, feeds, undefined)[Symbol.asyncIterator]();
  for await (const outputs of fast.run(base.model, feeds, undefined)) {
    const { value } = await theirs.next();
    const { verdict, detail } = compareValues(outputs, value ?? new Map(), "tolerance");
    if (verdict === "mismatch") return detail;
  }
  return undefined;
}
