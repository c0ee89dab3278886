import type { Dataset, Similarity } from "../../data/index.ts";
import { isInTopK, pairedDifference, similarityMeter } from "../../data/index.ts";
import { InferOptError } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { RuntimeValue, Tensor } from "../../ir/index.ts";
import { dtypes, isFloat, isTensor, numbersOf } from "../../ir/index.ts";

import { fromWire, toWire } from "../../runtime/index.ts";
import type { Environment } from "../environment.ts";
import type { Accuracy, Form } from "../form.ts";

/** Accuracy of every form on the same samples, with the paired difference to the first form where there are labels. */
export interface AccuracyResult {
  readonly byForm: ReadonlyMap<string, readonly Accuracy[]>;
  /** Why a form has none: it does not run. */
  readonly failures: ReadonlyMap<string, string>;
  /** Numbers in the output that labels belong to: the classes; undefined without labels. */
  readonly classes: number | undefined;
  /** Change of top-1 against the first form with its 95 % interval, as shares. */
  readonly top1Change: ReadonlyMap<
    string,
    { readonly difference: number; readonly low: number; readonly high: number }
  >;
}

interface Tally {
  readonly top1: boolean[];
  readonly top5: boolean[];
  classes: number | undefined;
  /** One meter an output, in the order of the outputs: the first is the one that labels belong to. */
  readonly meters: Map<string, ReturnType<typeof similarityMeter>>;
  /** An output changed its shape: nothing is alike any more. */
  hasOtherShape: boolean;
}

/** The outputs to compare: the float ones, or all that hold numbers where none is float. */
function scoresOf(values: ReadonlyMap<string, RuntimeValue>): readonly (readonly [string, Tensor])[] {
  const numeric = [...values].filter((entry): entry is [string, Tensor] => {
    const [, value] = entry;
    return isTensor(value) && !["string", "complex"].includes(dtypes[value.dtype].kind);
  });
  const floats = numeric.filter(([, value]) => isFloat(value.dtype));
  return floats.length > 0 ? floats : numeric;
}

/**
 * Runs the forms (the first is the reference) on the samples with all of the runtime's optimizations; one sample is held
 * in memory at a time. A form that fails is left out and the rest measured anew; the reference must run.
 */
export async function measureAccuracy(
  forms: readonly Form[],
  data: Dataset,
  { worker, native }: Pick<Environment, "worker" | "native">,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<AccuracyResult> {
  const failures = new Map<string, string>();
  for (;;) {
    const running = forms.filter((form) => !failures.has(form.name));
    const outcome = await tallyForms(running, data, { worker, native }, onProgress, signal);
    if ("tallies" in outcome) return { ...summarizeTallies(running, outcome.tallies), failures };
    if (outcome.form === forms[0]) throw outcome.error;
    failures.set(outcome.form.name, outcome.error.diagnostic.message);
  }
}

type TallyOutcome = { readonly tallies: readonly Tally[] } | { readonly form: Form; readonly error: InferOptError };

async function tallyForms(
  forms: readonly Form[],
  data: Dataset,
  { worker, native }: Pick<Environment, "worker" | "native">,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<TallyOutcome> {
  const running: { readonly form: Form; readonly tally: Tally; readonly session: number }[] = [];
  let at = forms[0] as Form;
  let done = 0;
  const settings = { optimization: "all", threads: 0, native } as const;
  try {
    for (const form of forms) {
      at = form;
      const { session } = await worker.request({ op: "open", model: await form.file(), settings });
      running.push({
        form,
        session,
        tally: { top1: [], top5: [], classes: undefined, meters: new Map(), hasOtherShape: false },
      });
    }
    for await (const sample of data.samples()) {
      signal.throwIfAborted();
      const feeds = toWire(sample.feeds);
      let reference: ReadonlyMap<string, RuntimeValue> | undefined;
      for (const { form, session, tally } of running) {
        at = form;
        const values = fromWire((await worker.request({ op: "run", session, feeds, wanted: undefined })).values);
        reference ??= values;
        count(tally, reference, values, sample.label);
      }
      onProgress(++done, data.size);
    }
    return { tallies: running.map(({ tally }) => tally) };
  } catch (error) {
    if (error instanceof InferOptError && isRuntimeFailure(error)) return { form: at, error };
    throw error;
  } finally {
    for (const { session } of running) await worker.request({ op: "close", session });
  }
}

/** True for failures of the runtime, which speak against a form; others (unreadable data) end the command. */
export function isRuntimeFailure(error: InferOptError): boolean {
  return Object.values(runtimeDiagnostics).some(({ entry }) => entry.code === error.diagnostic.code);
}

function count(
  into: Tally,
  reference: ReadonlyMap<string, RuntimeValue>,
  values: ReadonlyMap<string, RuntimeValue>,
  label: number | undefined,
): void {
  for (const [name, theirs] of scoresOf(reference)) {
    const mine = values.get(name);
    if (!isTensor(mine) || mine.shape.join() !== theirs.shape.join()) {
      into.hasOtherShape = true;
      continue;
    }
    let meter = into.meters.get(name);
    if (meter === undefined) into.meters.set(name, (meter = similarityMeter()));
    meter.add(numbersOf(theirs), numbersOf(mine));
  }
  const [first] = scoresOf(values);
  if (label === undefined || first === undefined) return;
  const numbers = numbersOf(first[1]);
  into.classes = numbers.length;
  into.top1.push(isInTopK(numbers, label, 1));
  into.top5.push(isInTopK(numbers, label, 5));
}

/** Agreement of the first output, and the worst of the others' figures: one ruined output ruins the model. */
function similarityOf(tally: Tally): Similarity {
  const [first, ...rest] = [...tally.meters.values()].map((meter) => meter.read());
  const none = { sqnrDb: -Infinity, worstCosine: 0, maxAbsolute: Infinity, agreement: 0, samples: 0, incomparable: 0 };
  if (first === undefined) return none;
  const all = [first, ...rest];
  if (tally.hasOtherShape) return { ...none, samples: first.samples };
  return {
    ...first,
    sqnrDb: Math.min(...all.map(({ sqnrDb }) => sqnrDb)),
    worstCosine: Math.min(...all.map(({ worstCosine }) => worstCosine)),
  };
}

function summarizeTallies(forms: readonly Form[], tallies: readonly Tally[]): Omit<AccuracyResult, "failures"> {
  const byForm = new Map<string, readonly Accuracy[]>();
  const top1Change = new Map<string, { difference: number; low: number; high: number }>();
  const base = tallies[0] as Tally;
  for (const [i, form] of forms.entries()) {
    const tally = tallies[i] as Tally;
    const { top1, top5 } = tally;
    const { sqnrDb, worstCosine, agreement, samples } = similarityOf(tally);
    const found: Accuracy[] = [];
    const share = (hits: readonly boolean[]): number => hits.filter(Boolean).length / hits.length;
    if (top1.length > 0)
      found.push(
        { metric: "top1", value: share(top1), samples: top1.length },
        { metric: "top5", value: share(top5), samples: top5.length },
      );
    if (i > 0)
      found.push(
        { metric: "agreement", value: agreement, samples },
        { metric: "sqnr", value: sqnrDb, samples },
        { metric: "cosine", value: worstCosine, samples },
      );
    byForm.set(form.name, found);
    if (top1.length > 0 && i > 0) {
      const gained = top1.filter((hit, k) => hit && base.top1[k] === false).length;
      const lost = top1.filter((hit, k) => !hit && base.top1[k] === true).length;
      top1Change.set(form.name, pairedDifference(gained, lost, top1.length));
    }
  }
  return { byForm, classes: base.classes, top1Change };
}
