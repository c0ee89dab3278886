import type { CompileOptions } from "../../config/index.ts";
import type { LatencySummary } from "../../events.ts";
import type { ProofForm, TrialTimes } from "../../schedule/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Demands } from "./choose.ts";
import { constraintsOf } from "./constraints.ts";
import type { Form } from "../form.ts";
import { writtenBytes } from "../stamp.ts";

/** What the options ask of the form that is written. */
export function demandsOf(options: CompileOptions): Demands {
  return { constraints: constraintsOf(options), objective: options.objective };
}

/** Times of a record as they are told. */
export function latencyOf({ min, median, p90, n, p95, p99 }: TrialTimes): LatencySummary {
  return {
    ...{ minNs: min, medianNs: median, p90Ns: p90, samples: n },
    ...(p95 === undefined ? {} : { p95Ns: p95 }),
    ...(p99 === undefined ? {} : { p99Ns: p99 }),
  };
}

/** A form as the choice sees it: its timings among those measured, what it takes besides, and what speaks against it. */
export function candidateOf(
  form: Form,
  measured: readonly ProofForm[],
  objection: string | undefined,
  options: CompileOptions,
  { memoryBytes, energy }: Partial<Pick<Candidate, "memoryBytes" | "energy">> = {},
): Candidate {
  const timings = measured
    .filter((proof) => proof.form === form.name)
    .map(({ threads, ns, speed, pairs }) => ({
      ...{ threads, latency: latencyOf(ns), pairs, ratio: speed.paired },
      ...{ low: speed.pairedLow ?? speed.low, high: speed.pairedHigh ?? speed.high },
    }));
  return {
    name: form.name,
    nodes: form.nodes,
    get bytes() {
      return writtenBytes(form, options);
    },
    ...{ memoryBytes, energy },
    lossy: form.lossy,
    mustPay: form.mustPay === true,
    mustNotLose: form.mustNotLose === true || form.mustPay === true,
    isOriginal: form.name === "original",
    timings,
    objection,
  };
}
