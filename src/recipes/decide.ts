import { availableParallelism } from "node:os";
import { parseDrop, parseDuration, parseSize } from "../config/index.ts";
import type { Dataset } from "../data/index.ts";
import type { CompileOptions } from "../config/index.ts";
import { InferOptError, fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { FormReport } from "../events.ts";
import { measurePolicies } from "../measure/index.ts";
import type { ProofForm, ScheduleCache } from "../schedule/index.ts";
import type { AccuracyResult } from "./accuracy.ts";
import { isRuntimeFailure, measureAccuracy } from "./accuracy.ts";
import type { Candidate, Choice } from "./choose.ts";
import { choose, slowTiming, violation } from "./choose.ts";
import type { Accuracy, Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import type { KnownProof } from "./proof-records.ts";
import { findProof, proofKey, recordProof } from "./proof-records.ts";
import type { ProveResult, RacePairs, TimedForm } from "./prove.ts";
import { prove } from "./prove.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { evaluationHash, readFeeds } from "./samples.ts";

/** The choice with what it rests on. */
export interface Decision {
  readonly choice: Choice & { readonly measured: "now" | "replayed" | "no" };
  /** What is told of each form; its size is known for certain once it is written. */
  readonly forms: readonly Omit<FormReport, "bytes">[];
}

/** Least SQNR in dB of a lossy form when there are no labels to judge by: below it the output is more noise than it is worth. */
const LEAST_SQNR = 10;

/** Chooses among the forms: by a valid proof from the records, by accuracy and timing now, or unmeasured when the model does not run here. */
export async function decide(
  forms: readonly Form[],
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Decision> {
  const { options } = run;
  const key = proofKey(forms, run);
  const judgedOn = forms.some((form) => form.lossy) ? samples?.evaluation : undefined;
  const data = judgedOn === undefined ? undefined : await evaluationHash(judgedOn);
  const known = findProof(cache, key, data, forms, run);
  if (known !== undefined) return replay(forms, known, run);
  if (options.reproducible && forms.length > 1 && (options.tune !== "off" || judgedOn !== undefined))
    fail(
      scheduleDiagnostics.missingRecord(
        { what: "the proof of this model, with these options, on any device" },
        { file: run.paths.schedule },
      ),
    );
  if (forms.length === 1 && (options.maxLatency === undefined || options.tune === "off"))
    return unmeasured(forms, "nothing was changed", options);
  if (samples === undefined || run.unrunnable !== undefined)
    return unmeasured(forms, run.unrunnable ?? "the model was not run here", options);
  const accuracy = await unlessItFails(() => accuracies(forms, samples, run), run);
  if (run.unrunnable !== undefined) return unmeasured(forms, run.unrunnable, options);
  const objections = new Map(forms.map((form) => [form.name, accuracyObjection(form, accuracy, options)]));
  if (options.tune === "off") {
    const decision = untimed(forms, accuracy, objections, run);
    if (accuracy !== undefined) keep(cache, key, data, [], accuracy, decision.choice, input, run);
    return decision;
  }
  const proof = await unlessItFails(() => timeAndConfirm(forms, input, samples, cache, run), run);
  if (proof === undefined) return unmeasured(forms, run.unrunnable ?? "timing failed", options);
  run.noise = proof.noise;
  const originalFailure = proof.failures.get("original");
  if (originalFailure !== undefined) {
    run.cannotRun(originalFailure);
    return unmeasured(forms, originalFailure, options);
  }
  const proofs = proof.forms.map((timed) => timed.proof);
  const candidates = forms.map((form): Candidate =>
    candidateOf(form, proof.forms, proof.failures.get(form.name) ?? objections.get(form.name)),
  );
  const choice = choose(candidates, constraintsOf(options));
  run.reporter.handle({ type: "choice", form: choice.name, reason: choice.reason });
  keep(cache, key, data, proofs, accuracy, choice, input, run);
  return { choice: { ...choice, measured: "now" }, forms: reports(forms, proofs, accuracy?.byForm, choice) };
}

/** Runs a measurement; when the runtime fails in it, what is left to do is to write the result unmeasured. */
async function unlessItFails<T>(measure: () => Promise<T>, run: Run): Promise<T | undefined> {
  try {
    return await measure();
  } catch (error) {
    if (!(error instanceof InferOptError) || !isRuntimeFailure(error)) throw error;
    run.cannotRun(error.diagnostic.message);
    return undefined;
  }
}

/** The race that confirms a surprise takes this many times the rounds of the first. */
const CONFIRMING_ROUNDS = 3;

/**
 * Times the forms. A rewritten form that computes the same with no more nodes has no reason to be slower: where it seems
 * so, it is raced against the original once more, longer, and that race counts.
 */
async function timeAndConfirm(
  forms: readonly Form[],
  input: Input,
  samples: Samples,
  cache: ScheduleCache,
  run: Run,
): Promise<ProveResult> {
  const first = await timing(forms, 1, input, samples, cache, run);
  const [original] = forms;
  if (original === undefined || first.failures.has(original.name)) return first;
  const surprising = forms.filter((form) => {
    const { timings } = candidateOf(form, first.forms, undefined);
    return !form.lossy && form !== original && form.nodes <= original.nodes && slowTiming({ timings }) !== undefined;
  });
  if (surprising.length === 0) return first;
  run.note(`timed again, longer: ${surprising.map(({ name }) => name).join(", ")} seemed slower than the original`);
  const second = await timing([original, ...surprising], CONFIRMING_ROUNDS, input, samples, cache, run);
  const names = new Set(surprising.map(({ name }) => name));
  return {
    forms: [
      ...first.forms.filter(({ proof }) => !names.has(proof.form)),
      ...second.forms.filter(({ proof }) => names.has(proof.form)),
    ],
    failures: first.failures,
    noise: Math.min(first.noise, second.noise),
  };
}

function timing(
  forms: readonly Form[],
  longer: number,
  input: Input,
  samples: Samples,
  cache: ScheduleCache,
  run: Run,
): Promise<ProveResult> {
  const { options, environment } = run;
  const { device } = environment;
  if (device === undefined || options.tune === "off") throw new Error("timing needs a device");
  const policy = measurePolicies[options.tune];
  const budgetMs = options.budget === undefined ? policy.budgetMs : parseDuration(options.budget);
  const threads = threadsOf(options);
  return readFeeds(samples.check).then(([feeds]) =>
    prove(forms, {
      worker: environment.worker,
      reporter: run.reporter,
      signal: run.signal,
      policy: {
        ...policy,
        rounds: policy.rounds * longer,
        maxRounds: policy.maxRounds * longer,
        budgetMs: budgetMs / threads.length,
      },
      threads,
      native: environment.native,
      seed: options.seed,
      feeds: feeds ?? new Map(),
      device: device.fingerprint,
      toolchain: device.toolchain,
      cache,
      modelHash: input.form.hash,
    }),
  );
}

/** Thread counts to time at: those asked for, else one and all. */
export function threadsOf(options: CompileOptions): readonly number[] {
  return options.threads.length > 0 ? options.threads : [...new Set([1, availableParallelism()])];
}

async function accuracies(forms: readonly Form[], samples: Samples, run: Run): Promise<AccuracyResult | undefined> {
  if (!forms.some((form) => form.lossy) || samples.evaluation === undefined) return undefined;
  return measureForms(forms, samples.evaluation, run);
}

/** Measures the accuracy of forms, the first being the reference, and reports every figure. */
export async function measureForms(forms: readonly Form[], data: Dataset, run: Run): Promise<AccuracyResult> {
  const result = await measureAccuracy(
    forms,
    data,
    run.environment,
    (done, total) => run.reporter.handle({ type: "progress", phase: "accuracy", done, total }),
    run.signal,
  );
  for (const [form, found] of result.byForm)
    for (const { metric, value, samples: count } of found)
      run.reporter.handle({ type: "accuracy", form, metric, value, samples: count });
  return result;
}

/** Why a form loses more accuracy than allowed; undefined when it does not. */
export function accuracyObjection(
  form: Form,
  accuracy: AccuracyResult | undefined,
  options: CompileOptions,
): string | undefined {
  const failure = accuracy?.failures.get(form.name);
  if (failure !== undefined) return failure;
  if (!form.lossy) return undefined;
  const mine = accuracy?.byForm.get(form.name);
  if (mine === undefined) return undefined;
  const value = (list: readonly Accuracy[] | undefined, metric: string): number | undefined =>
    list?.find((entry) => entry.metric === metric)?.value;
  const metric = options.metric === "auto" ? (value(mine, "top1") === undefined ? "sqnr" : "top1") : options.metric;
  const now = value(mine, metric);
  if (now === undefined) return `no ${metric} can be measured: the evaluation data has no labels`;
  if (metric === "sqnr")
    return now < LEAST_SQNR
      ? `signal-to-noise ratio ${now.toFixed(1)} dB, and at least ${LEAST_SQNR} dB are wanted`
      : undefined;
  const before = metric === "top1" || metric === "top5" ? (value(accuracy?.byForm.get("original"), metric) ?? 1) : 1;
  const { amount, relative } = parseDrop(options.maxDrop);
  const allowed = relative ? amount * before : amount;
  const drop = before - now;
  return drop > allowed
    ? `${metric} falls by ${(drop * 100).toFixed(2)} points, and at most ${(allowed * 100).toFixed(2)} are allowed`
    : undefined;
}

function constraintsOf(options: CompileOptions): Parameters<typeof choose>[1] {
  return {
    maxBytes: options.maxSize === undefined ? undefined : parseSize(options.maxSize),
    maxMedianNs: options.maxLatency === undefined ? undefined : parseDuration(options.maxLatency) * 1e6,
    mustBeFaster: options.failIfSlower,
  };
}

function candidateOf(
  form: Form,
  measured: readonly (Pick<TimedForm, "proof"> & { readonly pairs: RacePairs | undefined })[],
  objection: string | undefined,
): Candidate {
  const timings = measured
    .filter(({ proof }) => proof.form === form.name)
    .map(({ proof: { threads, ns, speed }, pairs }) => ({
      ...{ threads, medianNs: ns.median, pairs, ratio: speed.paired },
      ...{ low: speed.pairedLow ?? speed.low, high: speed.pairedHigh ?? speed.high },
    }));
  return {
    name: form.name,
    nodes: form.nodes,
    get bytes() {
      return form.bytes;
    },
    lossy: form.lossy,
    mustPay: form.mustPay === true,
    isOriginal: form.name === "original",
    timings,
    objection,
  };
}

/** `--tune off`: the lowest precision that accuracy allows, untimed. */
function untimed(
  forms: readonly Form[],
  accuracy: AccuracyResult | undefined,
  objections: ReadonlyMap<string, string | undefined>,
  run: Run,
): Decision {
  const verdicts = new Map<string, string>();
  for (const form of forms) {
    const objection = objections.get(form.name);
    if (objection !== undefined) verdicts.set(form.name, `not taken: ${objection}`);
  }
  const chosen =
    forms.findLast((form) => objections.get(form.name) === undefined && isUntimedGain(form, forms)) ??
    (forms[0] as Form);
  const reason = "not timed (--tune off)";
  verdicts.set(chosen.name, `written: ${reason}`);
  const unmet = violation(candidateOf(chosen, [], undefined), { ...constraintsOf(run.options), mustBeFaster: false });
  const choice: Choice = { name: chosen.name, reason, verdicts, unmet };
  run.reporter.handle({ type: "choice", form: choice.name, reason });
  return { choice: { ...choice, measured: "no" }, forms: reports(forms, [], accuracy?.byForm, choice) };
}

/** What our three metadata entries add to a written model; it decides only for models of a few kilobytes. */
const METADATA_BYTES = 160;

/** Whether a form is worth writing without being timed: lossy ones were asked for, others must be smaller in some way. */
function isUntimedGain(form: Form, [original]: readonly Form[]): boolean {
  if (form.mustPay === true || original === undefined) return false;
  return form.lossy || form.nodes < original.nodes || form.bytes + METADATA_BYTES < 0.99 * original.bytes;
}

/** Nothing can be run: the last lossless form is written, unmeasured. A constraint on what was not measured is not met. */
function unmeasured(forms: readonly Form[], why: string, options: CompileOptions): Decision {
  const chosen = forms.findLast((form) => !form.lossy && isUntimedGain(form, forms)) ?? (forms[0] as Form);
  const reason = `not measured: ${why}`;
  const choice: Choice = {
    name: chosen.name,
    reason,
    verdicts: new Map([[chosen.name, `written: ${reason}`]]),
    unmet: violation(candidateOf(chosen, [], undefined), constraintsOf(options)),
  };
  return { choice: { ...choice, measured: "no" }, forms: reports(forms, [], undefined, choice) };
}

function replay(forms: readonly Form[], { proof, choice: record }: KnownProof, run: Run): Decision {
  run.note(`replayed the proof of ${proof.at}; --reprove measures again`);
  run.noise = proof.noise;
  const chosen = forms.find((form) => form.name === record.chosen) as Form;
  const constraints = constraintsOf(run.options);
  const isTimed = proof.forms.length > 0;
  const choice: Choice = {
    name: record.chosen,
    reason: record.reason,
    verdicts: new Map([[record.chosen, `written: ${record.reason}`]]),
    unmet: violation(candidateOf(chosen, proof.forms.map(asReplayed), undefined), {
      ...constraints,
      mustBeFaster: isTimed && constraints.mustBeFaster,
    }),
  };
  run.reporter.handle({ type: "choice", form: choice.name, reason: choice.reason });
  const accuracy = new Map(forms.map(({ name }) => [name, proof.accuracy.filter((entry) => entry.form === name)]));
  return { choice: { ...choice, measured: "replayed" }, forms: reports(forms, proof.forms, accuracy, choice) };
}

/** A timing from a record: its rounds are gone. */
function asReplayed(proof: ProofForm): Pick<TimedForm, "proof"> & { readonly pairs: undefined } {
  return { proof, pairs: undefined };
}

function reports(
  forms: readonly Form[],
  proofs: readonly ProofForm[],
  accuracy: ReadonlyMap<string, readonly Accuracy[]> | undefined,
  choice: Choice,
): Decision["forms"] {
  return forms.map((form) => ({
    name: form.name,
    nodes: form.nodes,
    timings: proofs
      .filter((proof) => proof.form === form.name)
      .map(({ threads, ns, speed }) => ({
        threads,
        latency: { minNs: ns.min, medianNs: ns.median, p90Ns: ns.p90, samples: ns.n },
        speed,
      })),
    accuracy: (accuracy?.get(form.name) ?? []).map(({ metric, value, samples }) => ({ metric, value, samples })),
    verdict: choice.verdicts.get(form.name) ?? "",
  }));
}

function keep(
  cache: ScheduleCache,
  key: string,
  data: string | undefined,
  forms: readonly ProofForm[],
  accuracy: AccuracyResult | undefined,
  choice: Choice,
  input: Input,
  run: Run,
): void {
  const threads = forms.length === 0 ? [] : threadsOf(run.options);
  const chosen = choice.name;
  const found = { forms, threads, noise: run.noise ?? 0, data, accuracy: accuracy?.byForm ?? new Map(), chosen };
  recordProof(cache, key, { ...found, reason: choice.reason }, input, run);
}
