import { parseDuration } from "../config/index.ts";
import type { LayerReport, RegionReport } from "../events.ts";
import { measurePolicies, medianRatio } from "../measure/index.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import type { FormCompiler } from "./compile-form.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { losingLayers, proposeReverts } from "./propose-reverts.ts";
import type { TimedForm } from "./prove.ts";
import { prove } from "./prove.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { readFeeds } from "./samples.ts";
import { threadsOf } from "./time-forms.ts";

/** No more trials are compiled after this long, or after `--budget` where that is less. */
const trialsMs = 60_000;

/** A trial must win by this much, and beyond noise: simpler is what is there. */
const leastGain = 1.01;

/** What stays plain, by the node's name, with the reason. */
export type Excluded = ReadonlyMap<string, string>;

/** What is known of the form whose layers are tried. */
export interface RevertSetup {
  readonly compiler: FormCompiler;
  readonly full: Form;
  readonly exact: boolean;
  readonly regions: readonly RegionReport[];
  readonly layers: readonly LayerReport[];
  readonly input: Input;
  readonly samples: Samples;
  readonly cache: ScheduleCache;
  readonly run: Run;
}

/**
 * Leaves layers plain that lose against ONNX Runtime, a few sets of them, and races the whole networks: leaving a region
 * and entering it again costs conversions, which only the whole can tell. What is left plain in the fastest; nothing where
 * none beats the full form.
 */
export async function revertLayers(setup: RevertSetup): Promise<Excluded> {
  const { compiler, full, exact, layers, run } = setup;
  const times = layers.map(({ ns, peer }) => ({ ns, peerNs: peer?.ns }));
  const { budget } = run.options;
  const deadline = performance.now() + Math.min(trialsMs, budget === undefined ? Infinity : parseDuration(budget));
  const trials: { readonly form: Form; readonly excluded: Excluded }[] = [];
  for (const set of proposeReverts(times)) {
    run.signal.throwIfAborted();
    if (performance.now() > deadline) break;
    const excluded = nodesToExclude(set, setup);
    const trial = `${compiler.name}-plain-${trials.length + 1}`;
    const { form } = excluded.size === 0 ? { form: undefined } : await compiler.compile({ exact, excluded, trial });
    if (form !== undefined) trials.push({ form, excluded });
  }
  if (trials.length === 0) return new Map();
  const timed = await raceTrials([full, ...trials.map(({ form }) => form)], setup);
  const ranked = trials
    .map((trial) => ({ ...trial, ...gainOf(trial.form.name, timed) }))
    .sort((a, b) => b.gain - a.gain || (a.form.name < b.form.name ? -1 : 1));
  const [best] = ranked;
  const losers = losingLayers(times).length;
  const slower = `${losers} layer${losers === 1 ? " is" : "s are"} slower than in ONNX Runtime`;
  if (best === undefined || best.gain < leastGain || best.low <= 1) {
    const gain = best === undefined || best.gain === 0 ? "" : ` (${best.gain.toFixed(3)}x)`;
    const verdict = best === undefined || best.gain < leastGain ? "is no faster" : "is not surely faster";
    run.note(`${full.name}: ${slower}; left plain, the network ${verdict}${gain}`);
    return new Map();
  }
  run.note(
    `${full.name}: ${slower}; with ${best.excluded.size} node${best.excluded.size === 1 ? "" : "s"} left plain the network is ${best.gain.toFixed(3)}x as fast`,
  );
  return best.excluded;
}

/** Geometric mean over thread counts of the speed against the full form, and of the lower ends of its interval. */
function gainOf(name: string, timed: readonly TimedForm[]): { readonly gain: number; readonly low: number } {
  const ratios = timed.filter(({ proof }) => proof.form === name).map(({ pairs }) => medianRatio(pairs.ratios));
  if (ratios.length === 0) return { gain: 0, low: 0 };
  const mean = (values: readonly number[]): number =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  return { gain: mean(ratios.map(({ ratio }) => ratio)), low: mean(ratios.map(({ low }) => low)) };
}

/** Nodes of the layers that no other step has a part in. */
function nodesToExclude(set: readonly number[], { regions, layers }: RevertSetup): Excluded {
  const stepsOf = ({ steps }: LayerReport): readonly (readonly string[])[] =>
    steps.map(({ region, step }) => regions.find(({ name }) => name === region)?.steps[step]?.nodes ?? []);
  const chosen = new Set(set);
  const kept = new Set(layers.flatMap((layer, index) => (chosen.has(index) ? [] : stepsOf(layer).flat())));
  return new Map(
    set.flatMap((index) => {
      const layer = layers[index] as LayerReport;
      const ratio = layer.peer?.ratio ?? 1;
      const reason =
        ratio < 1
          ? `slower in the network: ${ratio.toFixed(2)}x of ONNX Runtime`
          : "between layers that are slower in the network";
      const nodes = stepsOf(layer).flat();
      return nodes.filter((node) => node !== "" && !kept.has(node)).map((node) => [node, reason] as const);
    }),
  );
}

async function raceTrials(
  forms: readonly Form[],
  { input, samples, cache, run }: RevertSetup,
): Promise<readonly TimedForm[]> {
  const { options, environment } = run;
  const { device } = environment;
  if (device === undefined) throw new Error("timing needs a device");
  const threads = threadsOf(options);
  const policy = measurePolicies.quick;
  const [feeds] = await readFeeds(samples.check);
  const result = await prove(forms, {
    ...{ worker: environment.worker, reporter: run.reporter, signal: run.signal, native: environment.native },
    policy: { ...policy, budgetMs: policy.budgetMs / threads.length },
    ...{ threads, seed: options.seed, feeds: feeds ?? new Map(), cache, modelHash: input.form.hash },
    ...{ device: device.fingerprint, toolchain: device.toolchain },
  });
  return result.forms;
}
