import { parseDuration } from "../../config/index.ts";
import { InferOptError } from "../../diagnostics/index.ts";
import type { LayerReport, RegionReport } from "../../events.ts";
import { measurePolicies } from "../../measure/index.ts";
import type { ProofForm, ScheduleCache } from "../../schedule/index.ts";
import { isRuntimeFailure } from "../accuracy/accuracy.ts";
import type { FormCompiler } from "./compile-form.ts";
import type { Form } from "../form.ts";
import type { Gain } from "../proof/gain.ts";
import { gainOver, isGain, leastGain } from "../proof/gain.ts";
import type { Input } from "../load-input.ts";
import type { Excluded } from "./nodes-to-exclude.ts";
import { nodesToExclude } from "./nodes-to-exclude.ts";
import { losingLayers, proposeReverts } from "./propose-reverts.ts";
import { prove } from "../proof/prove.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { readFeeds } from "../samples.ts";
import { threadsOf } from "../proof/time-forms.ts";

/** No more trials are compiled after this long, or after `--budget` where that is less. */
const trialsMs = 60_000;

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
    if (performance.now() > deadline || run.control.isStopping) break;
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
  if (best === undefined || !isGain(best)) {
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

/** The gain of one trial. */
function gainOf(name: string, timed: readonly ProofForm[]): Gain {
  return gainOver(timed.filter(({ form }) => form === name).map(({ pairs }) => pairs?.ratios ?? []));
}

async function raceTrials(
  forms: readonly Form[],
  { input, samples, cache, run }: RevertSetup,
): Promise<readonly ProofForm[]> {
  const { options, environment } = run;
  const { device } = environment;
  if (device === undefined) throw new Error("timing needs a device");
  const threads = threadsOf(options);
  const policy = measurePolicies.quick;
  const [feeds] = await readFeeds(samples.check);
  const [full] = forms;
  try {
    const result = await prove(forms, {
      ...{
        worker: environment.worker,
        reporter: run.reporter,
        signal: run.signal,
        control: run.control,
        native: environment.native,
      },
      policy: { ...policy, budgetMs: policy.budgetMs / threads.length },
      ...{ threads, seed: options.seed, feeds: feeds ?? new Map(), cache, modelHash: input.form.hash },
      ...{ device: device.fingerprint, toolchain: device.toolchain },
    });
    // Ratios are those against the first that ran; what fails at one thread count is no candidate at the others.
    if (full === undefined || result.failures.has(full.name)) return [];
    return result.forms.filter(({ form }) => !result.failures.has(form));
  } catch (error) {
    // A trial that takes the measuring process down has not shown to be faster.
    if (error instanceof InferOptError && isRuntimeFailure(error)) return [];
    throw error;
  }
}
