import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { ProofForm, ScheduleCache } from "../schedule/index.ts";
import type { AccuracyResult } from "./accuracy.ts";
import type { Candidate, Choice } from "./choose.ts";
import { choose } from "./choose.ts";
import { unmeasured, untimed } from "./decide-unmeasured.ts";
import type { Decision } from "./decision.ts";
import { reportForms } from "./decision.ts";
import { candidateOf, constraintsOf } from "./form-candidates.ts";
import type { Form } from "./form.ts";
import { accuracyObjection, measureForms } from "./judge-accuracy.ts";
import type { Input } from "./load-input.ts";
import { findProof, proofKey, recordProof } from "./proof-records.ts";
import { replayProof } from "./replay-proof.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { evaluationHash } from "./samples.ts";
import { threadsOf, timeForms } from "./time-forms.ts";
import { unlessItFails } from "./unless-it-fails.ts";

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
  if (known !== undefined) return replayProof(forms, known, run);
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
  const proof = await unlessItFails(() => timeForms(forms, input, samples, cache, run), run);
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
  return { choice: { ...choice, measured: "now" }, forms: reportForms(forms, proofs, accuracy?.byForm, choice) };
}

async function accuracies(forms: readonly Form[], samples: Samples, run: Run): Promise<AccuracyResult | undefined> {
  if (!forms.some((form) => form.lossy) || samples.evaluation === undefined) return undefined;
  return measureForms(forms, samples.evaluation, run);
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
