import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import { choose } from "./choose.ts";
import { untimedChoice } from "./decide-unmeasured.ts";
import type { Decision, Evidence } from "./decision.ts";
import { reportForms } from "./decision.ts";
import { candidateOf, demandsOf } from "./form-candidates.ts";
import { energyOfForms } from "./form-energy.ts";
import type { Form } from "../form.ts";
import { accuracyObjection } from "../accuracy/judge-accuracy.ts";
import { reportConstraints } from "./judge-constraints.ts";
import type { Run } from "../run.ts";

/** Chooses by what was found; the same evidence, options and forms always give the same choice. */
export function decideBy(
  evidence: Evidence,
  forms: readonly Form[],
  measured: Decision["choice"]["measured"],
  run: Pick<Run, "options" | "reporter" | "diagnose">,
): Decision {
  const { options } = run;
  const { proofs, failures, accuracy, resources } = evidence;
  const isTimed = proofs.length > 0;
  const asksEnergy = options.maxEnergy !== undefined || options.objective === "energy";
  const energy = isTimed || asksEnergy ? energyOfForms(forms, proofs) : new Map();
  const candidates = forms.map((form) => {
    const objection = failures.get(form.name) ?? accuracyObjection(form, accuracy, options);
    const memoryBytes = resources.find((entry) => entry.form === form.name)?.memoryBytes;
    return candidateOf(form, proofs, objection, options, { memoryBytes, energy: energy.get(form.name) });
  });
  // What was never timed is not called slow.
  const demands = demandsOf(isTimed ? options : { ...options, failIfSlower: false });
  const choice = isTimed ? choose(candidates, demands) : untimedChoice(forms, candidates, demands);
  if (choice.doubt !== undefined)
    run.diagnose(runtimeDiagnostics.hiddenByNoise({ ...choice.doubt, chosen: choice.name }));
  run.reporter.handle({ type: "choice", form: choice.name, reason: choice.reason });
  return {
    choice: { ...choice, measured },
    forms: reportForms(forms, evidence, energy, choice, options),
    constraints: reportConstraints(candidates, demands.constraints, choice.name),
    machine: evidence.machine,
  };
}
