import type { CompileOptions } from "../../config/index.ts";
import { parseDrop } from "../../config/index.ts";
import type { Dataset } from "../../data/index.ts";
import { dataDiagnostics } from "../../diagnostics/codes/data.ts";
import type { AccuracyResult } from "./accuracy.ts";
import { measureAccuracy } from "./accuracy.ts";
import type { Accuracy, Form } from "../form.ts";
import type { Run } from "../run.ts";

/** Least SQNR in dB of a lossy form when there are no labels to judge by: below it the output is more noise than it is worth. */
export const LEAST_SQNR = 10;

/** Accuracy by form, and why a form has none. */
export type Judged = Pick<AccuracyResult, "byForm" | "failures">;

/**
 * Measures the accuracy of forms on the run's evaluation samples, the first being the reference, and reports every figure.
 * What was measured before in this run is not measured again.
 */
export async function measureForms(forms: readonly Form[], data: Dataset, run: Run): Promise<Judged> {
  const [reference, ...others] = forms as readonly [Form, ...Form[]];
  const fresh = others.filter((form) => !run.judged.has(form));
  if (fresh.length > 0 || !run.judged.has(reference)) {
    const result = await measureAccuracy(
      [reference, ...fresh],
      data,
      run.environment,
      (done, total) => run.reporter.handle({ type: "progress", phase: "accuracy", done, total }),
      run.signal,
    );
    if (!run.judged.has(reference)) warnOfGuesses(result, reference, run);
    for (const form of [reference, ...fresh]) {
      const failure = result.failures.get(form.name);
      const accuracy = result.byForm.get(form.name) ?? [];
      if (!run.judged.has(form))
        for (const { metric, value, samples: count } of accuracy)
          run.reporter.handle({ type: "accuracy", form: form.name, metric, value, samples: count });
      run.judged.set(form, failure === undefined ? { accuracy } : { accuracy, failure });
    }
  }
  const found = forms.map((form) => ({ name: form.name, ...run.judged.get(form) }));
  return {
    byForm: new Map(
      found.flatMap(({ name, accuracy, failure }) => (failure === undefined ? [[name, accuracy ?? []] as const] : [])),
    ),
    failures: new Map(found.flatMap(({ name, failure }) => (failure === undefined ? [] : [[name, failure] as const]))),
  };
}

/** Samples from which on chance is told from skill. */
const ENOUGH_SAMPLES = 20;

/** Warns where the reference is right no more often than guessing would be, within three standard deviations. */
function warnOfGuesses({ byForm, classes }: AccuracyResult, reference: Form, run: Run): void {
  const top1 = byForm.get(reference.name)?.find(({ metric }) => metric === "top1");
  if (top1 === undefined || classes === undefined || classes < 2 || top1.samples < ENOUGH_SAMPLES) return;
  const { value, samples } = top1;
  const chance = 1 / classes;
  if (value > chance + 3 * Math.sqrt((chance * (1 - chance)) / samples)) return;
  run.diagnose(dataDiagnostics.labelsMissed({ top1: value, classes, samples }));
}

/** Why a form loses more accuracy than allowed; undefined when it does not. */
export function accuracyObjection(
  form: Pick<Form, "name" | "lossy">,
  byForm: AccuracyResult["byForm"],
  options: CompileOptions,
): string | undefined {
  if (!form.lossy) return undefined;
  const mine = byForm.get(form.name);
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
  const before = metric === "top1" || metric === "top5" ? (value(byForm.get("original"), metric) ?? 1) : 1;
  const { amount, relative } = parseDrop(options.maxDrop);
  const allowed = relative ? amount * before : amount;
  const drop = before - now;
  return drop > allowed
    ? `${metric} falls by ${(drop * 100).toFixed(2)} points, and at most ${(allowed * 100).toFixed(2)} are allowed`
    : undefined;
}
