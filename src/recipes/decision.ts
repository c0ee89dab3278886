import type { FormReport } from "../events.ts";
import type { ProofForm } from "../schedule/index.ts";
import type { Choice } from "./choose.ts";
import type { Accuracy, Form } from "./form.ts";

/** The choice with what it rests on. */
export interface Decision {
  readonly choice: Choice & { readonly measured: "now" | "replayed" | "no" };
  /** What is told of each form; its size is known for certain once it is written. */
  readonly forms: readonly Omit<FormReport, "bytes">[];
}

/** What is told of each form. */
export function reportForms(
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
