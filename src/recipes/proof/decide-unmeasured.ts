import type { CompileOptions } from "../../config/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Choice, Demands } from "./choose.ts";
import type { Decision } from "./decision.ts";
import { reportForms } from "./decision.ts";
import { candidateOf, demandsOf } from "./form-candidates.ts";
import type { Form } from "../form.ts";
import { reportConstraints, unmetText, violation } from "./judge-constraints.ts";

/** `--tune off`: the lowest precision that accuracy allows, untimed; the smallest file where that is the objective. */
export function untimedChoice(
  forms: readonly Form[],
  candidates: readonly Candidate[],
  { constraints, objective }: Demands,
): Choice {
  const verdicts = new Map<string, string>();
  for (const { name, objection } of candidates)
    if (objection !== undefined) verdicts.set(name, `not taken: ${objection}`);
  const allowed = forms.filter(
    (form) => candidates.find(({ name }) => name === form.name)?.objection === undefined && isUntimedGain(form, forms),
  );
  const chosen =
    (objective === "size" ? [...allowed].sort((a, b) => b.bytes - a.bytes) : allowed).at(-1) ?? (forms[0] as Form);
  const reason = "not timed (--tune off)";
  verdicts.set(chosen.name, `written: ${reason}`);
  const mine = candidates.filter(({ name }) => name === chosen.name);
  const isMet = mine.every((candidate) => violation(candidate, constraints) === undefined);
  return { name: chosen.name, reason, verdicts, unmet: isMet ? undefined : unmetText(mine, constraints) };
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
  const { constraints } = demandsOf(options);
  const candidates = forms.map((form) => candidateOf(form, [], undefined, options));
  const mine = candidates.filter(({ name }) => name === chosen.name);
  const isMet = mine.every((candidate) => violation(candidate, constraints) === undefined);
  const choice: Choice = {
    ...{ name: chosen.name, reason, verdicts: new Map([[chosen.name, `written: ${reason}`]]) },
    unmet: isMet ? undefined : unmetText(mine, constraints),
  };
  const nothing = { proofs: [], accuracy: new Map(), failures: new Map(), resources: [], noise: 0 };
  return {
    choice: { ...choice, measured: "no" },
    forms: reportForms(forms, nothing, new Map(), choice, options),
    constraints: reportConstraints(candidates, constraints, chosen.name),
  };
}
