import type { CompileOptions } from "../config/index.ts";
import type { AccuracyResult } from "./accuracy.ts";
import type { Choice } from "./choose.ts";
import { violation } from "./choose.ts";
import type { Decision } from "./decision.ts";
import { reportForms } from "./decision.ts";
import { candidateOf, constraintsOf } from "./form-candidates.ts";
import type { Form } from "./form.ts";
import type { Run } from "./run.ts";

/** `--tune off`: the lowest precision that accuracy allows, untimed. */
export function untimed(
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
  return { choice: { ...choice, measured: "no" }, forms: reportForms(forms, [], accuracy?.byForm, choice) };
}

/** What our three metadata entries add to a written model; it decides only for models of a few kilobytes. */
const METADATA_BYTES = 160;

/** Whether a form is worth writing without being timed: lossy ones were asked for, others must be smaller in some way. */
function isUntimedGain(form: Form, [original]: readonly Form[]): boolean {
  if (form.mustPay === true || original === undefined) return false;
  return form.lossy || form.nodes < original.nodes || form.bytes + METADATA_BYTES < 0.99 * original.bytes;
}

/** Nothing can be run: the last lossless form is written, unmeasured. A constraint on what was not measured is not met. */
export function unmeasured(forms: readonly Form[], why: string, options: CompileOptions): Decision {
  const chosen = forms.findLast((form) => !form.lossy && isUntimedGain(form, forms)) ?? (forms[0] as Form);
  const reason = `not measured: ${why}`;
  const choice: Choice = {
    name: chosen.name,
    reason,
    verdicts: new Map([[chosen.name, `written: ${reason}`]]),
    unmet: violation(candidateOf(chosen, [], undefined), constraintsOf(options)),
  };
  return { choice: { ...choice, measured: "no" }, forms: reportForms(forms, [], undefined, choice) };
}
