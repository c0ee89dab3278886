import type { ProofForm } from "../schedule/index.ts";
import type { Choice } from "./choose.ts";
import { violation } from "./choose.ts";
import type { Decision } from "./decision.ts";
import { reportForms } from "./decision.ts";
import { candidateOf, constraintsOf } from "./form-candidates.ts";
import type { Form } from "./form.ts";
import type { KnownProof } from "./proof-records.ts";
import type { TimedForm } from "./prove.ts";
import type { Run } from "./run.ts";

/** Chooses as a proof in the records did, and measures nothing. */
export function replayProof(forms: readonly Form[], { proof, choice: record }: KnownProof, run: Run): Decision {
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
  return { choice: { ...choice, measured: "replayed" }, forms: reportForms(forms, proof.forms, accuracy, choice) };
}

/** A timing from a record: its rounds are gone. */
function asReplayed(proof: ProofForm): Pick<TimedForm, "proof"> & { readonly pairs: undefined } {
  return { proof, pairs: undefined };
}
