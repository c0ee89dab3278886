import { parseDuration } from "../config/index.ts";
import { InferOptError } from "../diagnostics/index.ts";
import { cloneModel } from "../ir/index.ts";
import type { RuntimeValue } from "../ir/index.ts";
import { inferTypes } from "../ops/index.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import { tuningEfforts } from "../schedule/index.ts";
import { version } from "../version.ts";
import { isRuntimeFailure } from "./accuracy.ts";
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
  const name = `${base.name}-${target.id}`;
  const nodes = model.graph.nodeCount;
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
  run.reporter.handle({ type: "regions", report: { form: name, nodes, ...compiled } });
  if (compiled.regions.length === 0) return undefined;
  const form = makeForm(name, model, input.signature, environment.temp.path, base.lossy);
  const difference = await differenceFrom(base, form, samples, run);
  if (difference !== undefined) {
    run.diagnose(runtimeDiagnostics.regionsDiffer({ form: name, detail: difference }));
    return undefined;
  }
  return form;
}

/**
 * How the results of two forms differ by more than rounding, or why the runtime refuses the second; undefined when they
 * agree, or cannot be run.
 */
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
    const value = await nextOutputs(theirs);
    if (value instanceof InferOptError) return value.diagnostic.message;
    const { verdict, detail } = compareValues(outputs, value, "tolerance");
    if (verdict === "mismatch") return detail;
  }
  return undefined;
}

type Outputs = ReadonlyMap<string, RuntimeValue>;

/** The outputs for the next sample; the error where the runtime refuses the model or fails. */
async function nextOutputs(outputs: AsyncIterator<Outputs>): Promise<Outputs | InferOptError> {
  try {
    const { value, done } = await outputs.next();
    return done === true ? new Map() : value;
  } catch (error) {
    if (error instanceof InferOptError && isRuntimeFailure(error)) return error;
    throw error;
  }
}
