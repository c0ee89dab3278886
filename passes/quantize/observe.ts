import type { RuntimeValue } from "../../src/ir/index.ts";
import { isTensor, numbersOf, sizeOf } from "../../src/ir/index.ts";
import { fail } from "../../src/diagnostics/index.ts";
import { quantDiagnostics } from "../../src/diagnostics/codes/quant.ts";
import type { ChannelMeans, Histogram, HistogramObserver } from "../../src/quant/index.ts";
import { channelMeans, histogramObserver } from "../../src/quant/index.ts";
import type { Selection } from "./selection.ts";

/** Statistics of the activations of one model: bounded in size whatever the number of samples. */
export interface Observations {
  readonly samples: number;
  /** By value name. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  readonly means: ReadonlyMap<string, readonly number[]>;
}

/** Observers of one value. */
interface Watch {
  readonly histogram: HistogramObserver;
  readonly means: ChannelMeans | undefined;
}

/** One observer for each value that decides a range, with channel means where a weighted operator reads it. */
function watches(selection: Selection): ReadonlyMap<string, Watch> {
  const axes = new Map(selection.weighted.map(({ activation, activationAxis }) => [activation.name, activationAxis]));
  const names = new Set([...selection.rangeSources.values()].flat().map((value) => value.name));
  for (const name of axes.keys()) names.add(name);
  return new Map(
    [...names].map((name) => {
      const axis = axes.get(name);
      return [name, { histogram: histogramObserver(), means: axis === undefined ? undefined : channelMeans(axis) }];
    }),
  );
}

function observe(watch: Watch, value: RuntimeValue | undefined): void {
  if (!isTensor(value)) return;
  const numbers = numbersOf(value);
  watch.histogram.observe(numbers);
  watch.means?.observe(numbers, value.shape);
}

/** Observes the activations that a selection needs, over one or several runs. */
export interface ActivationObserver {
  /** Names of the values to ask the executor for. */
  readonly wanted: readonly string[];
  /** Takes the values of one sample; nothing of them is kept. */
  add(values: ReadonlyMap<string, RuntimeValue>): Promise<void>;
  /** What was seen so far. Throws IO0506 without samples, IO0510 where a value was never finite. */
  read(): Observations;
}

/** Elements that are observed between two turns of others: some 10 ns each. */
const elementsATurn = 4e6;

/** Makes an observer of the values that decide the ranges of a selection. */
export function observeActivations(selection: Selection, nextTurn: () => Promise<void>): ActivationObserver {
  const watched = watches(selection);
  let samples = 0;
  return {
    wanted: [...watched.keys()],
    add: async (values) => {
      samples++;
      let elements = 0;
      for (const [name, watch] of watched) {
        const value = values.get(name);
        observe(watch, value);
        elements += isTensor(value) ? sizeOf(value.shape) : 0;
        if (elements < elementsATurn) continue;
        await nextTurn();
        elements = 0;
      }
    },
    read: () => {
      if (samples === 0) fail(quantDiagnostics.noSamples({}));
      const histograms = new Map<string, Histogram>();
      const means = new Map<string, readonly number[]>();
      for (const [name, watch] of watched) {
        const histogram = watch.histogram.read();
        if (histogram.count === 0 && histogram.nonFinite > 0)
          fail(quantDiagnostics.notFinite({ value: name }, { value: name }));
        histograms.set(name, histogram);
        if (watch.means !== undefined) means.set(name, [...watch.means.read()]);
      }
      return { samples, histograms, means };
    },
  };
}
