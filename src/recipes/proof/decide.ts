import type { CompileOptions } from "../../config/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { scheduleDiagnostics } from "../../diagnostics/codes/schedule.ts";
import { isTensor } from "../../ir/index.ts";
import { readMachineState } from "../../measure/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import { decideBy } from "./decide-by.ts";
import { unmeasured } from "./decide-unmeasured.ts";
import type { Decision, Evidence } from "./decision.ts";
import type { Form } from "../form.ts";
import type { Judged } from "../accuracy/judge-accuracy.ts";
import { measureForms } from "../accuracy/judge-accuracy.ts";
import type { Input } from "../load-input.ts";
import { findProof, proofKey, recordProof } from "./proof-records.ts";
import { replayProof } from "./replay-proof.ts";
import { residentMemory } from "./resident-memory.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { evaluationHash, readFeeds } from "../samples.ts";
import { threadsOf, timeForms } from "./time-forms.ts";
import { unlessItFails } from "../unless-it-fails.ts";

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
  const isMeasured = forms.length > 1 ? options.tune !== "off" || judgedOn !== undefined : asksMeasuring(options);
  if (options.reproducible && isMeasured)
    fail(
      scheduleDiagnostics.missingRecord(
        { what: "the proof of this model, with these options, on any device" },
        { file: run.paths.schedule },
      ),
    );
  if (forms.length === 1 && !asksMeasuring(options)) return unmeasured(forms, "nothing was changed", options);
  if (samples === undefined || run.unrunnable !== undefined)
    return unmeasured(forms, run.unrunnable ?? "the model was not run here", options);
  const accuracy = await unlessItFails(() => accuracies(forms, samples, run), run);
  if (run.unrunnable !== undefined) return unmeasured(forms, run.unrunnable, options);
  const accurate = { accuracy: accuracy?.byForm ?? new Map(), failures: accuracy?.failures ?? new Map() };
  const keep = (evidence: Evidence, feeds: Feeds | undefined): Decision => {
    const decision = decideBy(evidence, forms, evidence.proofs.length > 0 ? "now" : "no", run);
    const threads = evidence.proofs.length === 0 ? [] : threadsOf(options);
    const found = { evidence, threads, batch: batchOf(feeds), data, choice: decision.choice };
    const isFound = evidence.proofs.length > 0 || accuracy !== undefined;
    return { ...decision, measuredAt: isFound ? recordProof(cache, key, found, input, run) : undefined };
  };
  if (options.tune === "off") return keep({ ...accurate, proofs: [], resources: [], noise: 0 }, undefined);
  const proof = await unlessItFails(() => timeForms(forms, input, samples, cache, run), run);
  if (proof === undefined) return unmeasured(forms, run.unrunnable ?? "timing failed", options);
  run.noise = proof.noise;
  const originalFailure = proof.failures.get("original");
  if (originalFailure !== undefined) {
    run.cannotRun(originalFailure);
    return unmeasured(forms, originalFailure, options);
  }
  const machine = readMachineState();
  const running = forms.filter(({ name }) => !proof.failures.has(name));
  const resources = await residentMemory(running, samples, run);
  const failures = new Map([...accurate.failures, ...proof.failures]);
  const [feeds] = await readFeeds(samples.check);
  return keep({ ...accurate, failures, proofs: proof.forms, resources, noise: proof.noise, machine }, feeds);
}

/** Whether something must be measured although there is only the original: what it reaches is asked for. */
function asksMeasuring(options: CompileOptions): boolean {
  const { tune, maxLatency, minThroughput, maxMemory, maxEnergy, pricePerHour } = options;
  const asked = [maxLatency, minThroughput, maxMemory, maxEnergy, pricePerHour];
  return tune !== "off" && asked.some((each) => each !== undefined);
}

/** The first dimension that all inputs share; 1 where they share none. */
function batchOf(feeds: Feeds | undefined): number {
  const firsts = new Set([...(feeds?.values() ?? [])].map((value) => (isTensor(value) ? value.shape[0] : undefined)));
  const [first] = firsts;
  return firsts.size === 1 ? (first ?? 1) : 1;
}

async function accuracies(forms: readonly Form[], samples: Samples, run: Run): Promise<Judged | undefined> {
  if (!forms.some((form) => form.lossy) || samples.evaluation === undefined) return undefined;
  return measureForms(forms, samples.evaluation, run);
}
