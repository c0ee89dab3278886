import { decideBy } from "./decide-by.ts";
import type { Decision } from "./decision.ts";
import type { Accuracy, Form } from "../form.ts";
import type { KnownProof } from "./proof-records.ts";
import type { Run } from "../run.ts";

/** Chooses from a proof in the records, by the constraints and the objective of this run, and measures nothing. */
export function replayProof(forms: readonly Form[], { proof }: KnownProof, run: Run): Decision {
  run.note(`replayed the proof of ${proof.at}; --reprove measures again`);
  run.noise = proof.noise;
  const accuracy = new Map<string, readonly Accuracy[]>();
  for (const { name } of forms) {
    const mine = proof.accuracy.filter(({ form }) => form === name);
    if (mine.length > 0) accuracy.set(name, mine.map(finite));
  }
  const failures = new Map((proof.failures ?? []).map(({ form, reason }) => [form, reason]));
  const { forms: proofs, resources = [], noise, machine } = proof;
  const evidence = { proofs, accuracy, failures, resources, noise, ...(machine === undefined ? {} : { machine }) };
  return { ...decideBy(evidence, forms, "replayed", run), measuredAt: proof.at, replayed: proof.emitted };
}

/** JSON has no infinity, which is what equal outputs have for a signal-to-noise ratio. */
function finite(entry: Accuracy): Accuracy {
  const value = entry.value as number | null;
  return { ...entry, value: value ?? Infinity };
}
