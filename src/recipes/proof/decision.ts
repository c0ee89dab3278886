import type { CompileReport, EnergyFigure, FormReport, MachineState } from "../../events.ts";
import type { CompileOptions } from "../../config/index.ts";
import type { ProofForm, ProofResources } from "../../schedule/index.ts";
import type { Choice } from "./choose.ts";
import type { Accuracy, Form } from "../form.ts";
import { latencyOf } from "./form-candidates.ts";

/** The choice with what it rests on. */
export interface Decision extends Pick<CompileReport, "constraints"> {
  readonly choice: Choice & { readonly measured: "now" | "replayed" | "no" };
  /** What is told of each form; its size is known for certain once it is written. */
  readonly forms: readonly Omit<FormReport, "bytes">[];
  /** The form that was written when the proof was made that is replayed; absent where none is. */
  readonly replayed?: string;
  /** The machine while it timed; undefined where it did not. */
  readonly machine?: MachineState | undefined;
  /** ISO 8601 time of the proof; undefined where there is none. */
  readonly measuredAt?: string | undefined;
}

/** What was found of the forms, now or in an earlier run: all that a choice is made by. */
export interface Evidence {
  /** Empty where nothing was timed. */
  readonly proofs: readonly ProofForm[];
  /** By the names of the forms. */
  readonly accuracy: ReadonlyMap<string, readonly Accuracy[]>;
  /** Why forms do not run. */
  readonly failures: ReadonlyMap<string, string>;
  readonly resources: readonly ProofResources[];
  readonly noise: number;
  readonly machine?: MachineState;
}

/** What is told of each form. */
export function reportForms(
  forms: readonly Form[],
  { proofs, accuracy, resources }: Evidence,
  energy: ReadonlyMap<string, EnergyFigure>,
  choice: Choice,
  { pricePerHour }: CompileOptions,
): Decision["forms"] {
  return forms.map(({ name, nodes }) => {
    const memory = resources.find(({ form }) => form === name);
    const taken = energy.get(name);
    return {
      ...{ name, nodes },
      timings: proofs
        .filter(({ form }) => form === name)
        .map(({ threads, ns, speed }) => ({
          ...{ threads, latency: latencyOf(ns), speed },
          ...(pricePerHour === undefined ? {} : { costPerMillion: costPerMillion(ns, pricePerHour) }),
        })),
      accuracy: (accuracy.get(name) ?? []).map(({ metric, value, samples }) => ({ metric, value, samples })),
      ...(memory?.memoryBytes === undefined ? {} : { memoryBytes: memory.memoryBytes }),
      ...(memory?.processBytes === undefined ? {} : { rssBytes: memory.processBytes }),
      ...(taken === undefined ? {} : { energy: taken }),
      verdict: choice.verdicts.get(name) ?? "",
    };
  });
}

/** Cost of a million inferences, one after the other, each as long as the median, on a machine of that price. */
function costPerMillion({ median }: ProofForm["ns"], pricePerHour: number): number {
  const hours = median / 3.6e12;
  return hours * pricePerHour * 1e6;
}
