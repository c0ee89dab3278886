import type { CompileOptions } from "../config/index.ts";
import { parseDuration, parseSize } from "../config/index.ts";
import type { Candidate, choose } from "./choose.ts";
import type { Form } from "./form.ts";
import type { RacePairs, TimedForm } from "./prove.ts";

/** What the options demand of the form that is written. */
export function constraintsOf(options: CompileOptions): Parameters<typeof choose>[1] {
  return {
    maxBytes: options.maxSize === undefined ? undefined : parseSize(options.maxSize),
    maxMedianNs: options.maxLatency === undefined ? undefined : parseDuration(options.maxLatency) * 1e6,
    mustBeFaster: options.failIfSlower,
  };
}

/** A form as the choice sees it: its timings among those measured, and what speaks against it. */
export function candidateOf(
  form: Form,
  measured: readonly (Pick<TimedForm, "proof"> & { readonly pairs: RacePairs | undefined })[],
  objection: string | undefined,
): Candidate {
  const timings = measured
    .filter(({ proof }) => proof.form === form.name)
    .map(({ proof: { threads, ns, speed }, pairs }) => ({
      ...{ threads, medianNs: ns.median, pairs, ratio: speed.paired },
      ...{ low: speed.pairedLow ?? speed.low, high: speed.pairedHigh ?? speed.high },
    }));
  return {
    name: form.name,
    nodes: form.nodes,
    get bytes() {
      return form.bytes;
    },
    lossy: form.lossy,
    mustPay: form.mustPay === true,
    isOriginal: form.name === "original",
    timings,
    objection,
  };
}
