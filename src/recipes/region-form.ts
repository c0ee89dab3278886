import type { CompiledRegions, RegionSetup } from "../../targets/index.ts";
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
import type { Preserves } from "../pipeline/index.ts";
import { compareValues } from "../pipeline/index.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";
import { threadsOf } from "./time-forms.ts";

/**
 * What the products of float forms are compiled in: float32, and bfloat16 where it was asked for and the device multiplies
 * it. Where it does not the reason is reported.
 */
export function floatProducts(run: Run): readonly ("f32" | "bf16")[] {
  const { target, device } = run.environment;
  if (run.options.precision !== "bf16") return ["f32"];
  if (device !== undefined && target.multipliesBf16?.(device.fingerprint) === true) return ["f32", "bf16"];
  const detail =
    target.multipliesBf16 === undefined
      ? `--target ${target.id} has no kernels for it`
      : "this CPU has no AVX512_BF16, or INFER_OPT_ISA hides it";
  run.diagnose(runtimeDiagnostics.bf16Unavailable({ detail }));
  return ["f32"];
}

/**
 * The form in which parts of `base` are programs of machine code, tuned on this device; undefined where the target has
 * no kernels, or none that this model could use. With `products` of bfloat16 it is a lossy one.
 */
export async function addRegionForm(
  base: Form,
  products: "f32" | "bf16",
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Form | undefined> {
  const { environment, options } = run;
  const { target, device } = environment;
  if (target.compileRegions === undefined || device === undefined) return undefined;
  const compile = target.compileRegions;
  const name = products === "bf16" ? `bf16-${target.id}` : `${base.name}-${target.id}`;
  const measures = options.tune !== "off" && !options.reproducible && run.unrunnable === undefined;
  const setup: Omit<RegionSetup, "exact"> = {
    device: device.fingerprint,
    cache,
    effort: measures ? tuningEfforts[options.tune as keyof typeof tuningEfforts] : undefined,
    threads: threadsOf(options),
    budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
    seed: options.seed,
    tool: version,
    reporter: run.reporter,
    signal: run.signal,
    ...(products === "bf16" ? { products } : {}),
  };
  const attempt = async (exact: boolean): Promise<Attempt> => {
    const model = cloneModel(base.model);
    inferTypes(model, { onConflict: "replace" });
    const compiled = await compile(model, { ...setup, exact });
    if (compiled.regions.length === 0) return { compiled, form: undefined };
    // What may be a step off is judged like any other form that computes something else.
    const lossy = base.lossy || products === "bf16" || !compiled.exact;
    const form = makeForm(name, model, input.signature, environment.temp.path, lossy);
    const preserves = compiled.exact && products === "f32" ? "tolerance" : "accuracy";
    return { compiled, form, ...(await compareForms(base, form, preserves, samples, run)) };
  };
  const first = await attempt(options.exact);
  const isApproximate = first.difference !== undefined && !first.compiled.exact;
  const { compiled, form, difference, sqnrDb } = isApproximate ? await attempt(true) : first;
  for (const { node, reason } of compiled.refusals)
    run.reporter.handle({ type: "refusal", pass: "regions", rule: target.id, node, reason });
  const nodes = base.model.graph.nodeCount;
  run.reporter.handle({
    type: "regions",
    report: { form: name, nodes, ...compiled, ...(sqnrDb === undefined ? {} : { sqnrDb }) },
  });
  if (form === undefined || difference === undefined) return form;
  run.diagnose(runtimeDiagnostics.regionsDiffer({ form: name, detail: difference }));
  return undefined;
}

/** Regions, the form with them, and how it differs from the form without. */
interface Attempt extends FormComparison {
  readonly compiled: CompiledRegions;
  readonly form: Form | undefined;
}

/** Two forms on samples; empty where they cannot be run. */
interface FormComparison {
  /** How the results differ by more than they may, or why the runtime refuses the second. */
  readonly difference?: string;
  /** Least signal-to-noise ratio of a sample and an output; absent where all are equal. */
  readonly sqnrDb?: number;
}

/** Compares the results of a form with those of the one it was made from. */
async function compareForms(
  base: Form,
  form: Form,
  preserves: Preserves,
  samples: Samples | undefined,
  run: Run,
): Promise<FormComparison> {
  if (samples === undefined || run.unrunnable !== undefined || run.options.check === "none") return {};
  const feeds = await readFeeds(samples.check);
  const { fast } = run.environment;
  let least = Infinity;
  const theirs = fast.run(form.model, feeds, undefined)[Symbol.asyncIterator]();
  for await (const outputs of fast.run(base.model, feeds, undefined)) {
    const value = await nextOutputs(theirs);
    if (value instanceof InferOptError) return { difference: value.diagnostic.message };
    const { verdict, detail, sqnrDb } = compareValues(outputs, value, preserves);
    if (verdict === "mismatch") return { difference: detail, sqnrDb };
    least = Math.min(least, sqnrDb);
  }
  return Number.isFinite(least) ? { sqnrDb: least } : {};
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
