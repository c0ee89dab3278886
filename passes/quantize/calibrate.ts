import type { Model, RuntimeValue } from "../../src/ir/index.ts";
import { cloneModel } from "../../src/ir/index.ts";
import type { Sample } from "../../src/data/dataset.ts";
import type { Executor, Feeds } from "../../src/pipeline/executor.ts";
import type { Range, RangeMethodName } from "../../src/quant/index.ts";
import { autoCandidates, rangeMethods } from "../../src/quant/index.ts";
import { applyPlan } from "./apply-plan.ts";
import type { Calibration } from "./calibration.ts";
import { calibrationGraphHash } from "./calibration.ts";
import type { QuantizationDialect } from "./dialect.ts";
import { makePlan } from "./make-plan.ts";
import type { CalibratedRanges } from "./make-plan.ts";
import type { Observations } from "./observe.ts";
import { observeActivations } from "./observe.ts";
import { outputFidelity } from "./output-fidelity.ts";
import type { Selection } from "./selection.ts";
import { largestWeight, weightScalesOf } from "./weight-scales.ts";

/** The part of a dataset that calibration reads. */
export interface CalibrationSamples {
  readonly size: number;
  samples(positions?: readonly number[]): AsyncIterable<Sample>;
}

/** What calibration is done with. */
export interface CalibrateOptions {
  readonly executor: Executor;
  /** Runs the candidates of `auto`; one that fuses gives the same ranking sooner. Default: the executor. */
  readonly judge?: Executor;
  readonly samples: CalibrationSamples;
  /** Hash of the samples; the caller knows where they come from. */
  readonly dataHash: string;
  readonly method: RangeMethodName | "auto";
  readonly dialect: QuantizationDialect;
  readonly hasVnni: boolean;
  readonly signal: AbortSignal;
  /** Lets others have their turn: asked between things that take long. */
  readonly nextTurn: () => Promise<void>;
  /** Told what was seen of the activations, once all samples were. */
  readonly observed?: (seen: Observations) => void;
  /** Told the fidelity of each candidate of `auto`. */
  report(candidate: Candidate): void;
}

/** One way of quantizing that `auto` tried, and how near its outputs stayed on samples it had not seen. */
export interface Candidate {
  readonly method: RangeMethodName;
  readonly biasCorrection: boolean;
  readonly sqnrDb: number;
}

/**
 * At most this many samples judge candidates. Fewer rank them by chance: output SQNR pooled over 25 samples was seen to
 * lie 4 dB off that of 400.
 */
const mostJudges = 64;

async function* feedsOf(samples: AsyncIterable<Sample>): AsyncIterable<Feeds> {
  for await (const sample of samples) yield sample.feeds;
}

async function rangesBy(
  method: RangeMethodName,
  seen: Observations,
  biasCorrection: boolean,
  nextTurn: () => Promise<void>,
): Promise<CalibratedRanges> {
  const { range } = rangeMethods[method];
  const ranges: [string, Range][] = [];
  for (const [name, histogram] of seen.histograms) {
    await nextTurn();
    ranges.push([name, range(histogram)]);
  }
  return {
    ranges: Object.fromEntries(ranges),
    means: biasCorrection ? Object.fromEntries(seen.means) : {},
  };
}

/**
 * Finds the ranges of a selection's activations by running the model on samples, in one streaming pass. With `auto`
 * every second sample is held out: the others give the ranges, the held-out ones judge each method on the quantized
 * model's outputs, and the winner's ranges are then taken from all samples.
 */
export async function calibrate(model: Model, selection: Selection, options: CalibrateOptions): Promise<Calibration> {
  const { executor, samples, method, signal } = options;
  const judges = method === "auto" ? judgePositions(samples.size) : [];
  const held = new Set(judges);
  const rest = Array.from({ length: samples.size }, (_, i) => i).filter((i) => !held.has(i));
  const observer = observeActivations(selection, options.nextTurn);
  const outputs = model.graph.outputs.map((output) => output.name);
  const run = (positions: readonly number[], wanted: readonly string[]): ReturnType<Executor["run"]> =>
    executor.run(model, feedsOf(samples.samples(positions)), wanted);

  // Plans ask for them all at once.
  for (const operator of selection.weighted) {
    await options.nextTurn();
    weightScalesOf(operator, largestWeight(options.hasVnni));
  }
  for await (const values of run(rest, observer.wanted)) {
    signal.throwIfAborted();
    await observer.add(values);
  }
  let chosen: Pick<Candidate, "method" | "biasCorrection"> = {
    method: method === "auto" ? "minmax" : method,
    biasCorrection: true,
  };
  if (method === "auto" && judges.length > 0) {
    const references: ReadonlyMap<string, RuntimeValue>[] = [];
    const candidates = observer.read();
    for await (const values of run(judges, [...new Set([...observer.wanted, ...outputs])])) {
      signal.throwIfAborted();
      await observer.add(values);
      references.push(new Map(outputs.map((name) => [name, values.get(name) as RuntimeValue])));
    }
    chosen = await judge(model, selection, candidates, judges, references, options);
  }
  const seen = observer.read();
  options.observed?.(seen);
  return {
    format: "infer-opt.calib",
    version: 1,
    graph: calibrationGraphHash(model),
    data: options.dataHash,
    method,
    chosen: chosen.method,
    samples: seen.samples,
    ...(await rangesBy(chosen.method, seen, chosen.biasCorrection, options.nextTurn)),
  };
}

/** Every second position, thinned evenly to `mostJudges`; none where there is only one sample. */
function judgePositions(size: number): readonly number[] {
  const count = Math.floor(size / 2);
  const taken = Math.min(count, mostJudges);
  return Array.from({ length: taken }, (_, i) => 2 * Math.floor((i * count) / taken) + 1);
}

/** Bias correction is left out only where that gains this many decibels: less is chance. */
const noticeable = 0.5;

/** Quantizes a copy by each candidate in turn and compares outputs; the first of the best wins. */
async function judge(
  model: Model,
  selection: Selection,
  seen: Observations,
  judges: readonly number[],
  references: readonly ReadonlyMap<string, RuntimeValue>[],
  options: CalibrateOptions,
): Promise<Pick<Candidate, "method" | "biasCorrection">> {
  let best: Candidate | undefined;
  const tryOne = async (method: RangeMethodName, biasCorrection: boolean, margin = 0): Promise<void> => {
    const ranges = await rangesBy(method, seen, biasCorrection, options.nextTurn);
    await options.nextTurn();
    const plan = makePlan(selection, ranges, options.dialect, options.hasVnni);
    await options.nextTurn();
    const copy = cloneModel(model);
    applyPlan(copy, plan);
    const fidelity = outputFidelity();
    let i = 0;
    for await (const values of (options.judge ?? options.executor).run(
      copy,
      feedsOf(options.samples.samples(judges)),
    )) {
      options.signal.throwIfAborted();
      fidelity.add(references[i++] ?? new Map(), values);
    }
    const candidate: Candidate = { method, biasCorrection, sqnrDb: fidelity.read() };
    options.report(candidate);
    if (best === undefined || candidate.sqnrDb > best.sqnrDb + margin) best = candidate;
  };
  for (const method of autoCandidates) await tryOne(method, true);
  if (best !== undefined) await tryOne((best as Candidate).method, false, noticeable);
  return best ?? { method: "minmax", biasCorrection: true };
}
