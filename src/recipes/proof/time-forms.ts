import { availableParallelism } from "node:os";
import type { CompileOptions } from "../../config/index.ts";
import { parseDuration } from "../../config/index.ts";
import { measurePolicies } from "../../measure/index.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import { slowTiming } from "./candidate-speed.ts";
import { candidateOf } from "./form-candidates.ts";
import type { Form } from "../form.ts";
import type { Input } from "../load-input.ts";
import type { ProveResult } from "./prove.ts";
import { prove } from "./prove.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { readFeeds } from "../samples.ts";

/** The race that confirms a surprise takes this many times the rounds of the first. */
const CONFIRMING_ROUNDS = 3;

/**
 * Times the forms. A rewritten form that computes the same with no more nodes has no reason to be slower: where it seems
 * so, it is raced against the original once more, longer, and that race counts.
 */
export async function timeForms(
  forms: readonly Form[],
  input: Input,
  samples: Samples,
  cache: ScheduleCache,
  run: Run,
): Promise<ProveResult> {
  const first = await timing(forms, 0, input, samples, cache, run);
  const [original] = forms;
  if (original === undefined || first.failures.has(original.name)) return first;
  const surprising = forms.filter((form) => {
    const { timings } = candidateOf(form, first.forms, undefined, run.options);
    return !form.lossy && form !== original && form.nodes <= original.nodes && slowTiming({ timings }) !== undefined;
  });
  if (surprising.length === 0 || run.control.isStopping) return first;
  run.note(`timed again, longer: ${surprising.map(({ name }) => name).join(", ")} seemed slower than the original`);
  const second = await timing([original, ...surprising], 1, input, samples, cache, run);
  const names = new Set(surprising.map(({ name }) => name));
  return {
    forms: [
      ...first.forms.filter(({ form }) => !names.has(form)),
      ...second.forms.filter(({ form }) => names.has(form)),
    ],
    failures: first.failures,
    noise: Math.min(first.noise, second.noise),
  };
}

function timing(
  forms: readonly Form[],
  race: number,
  input: Input,
  samples: Samples,
  cache: ScheduleCache,
  run: Run,
): Promise<ProveResult> {
  const { options, environment } = run;
  const { device } = environment;
  if (device === undefined || options.tune === "off") throw new Error("timing needs a device");
  const policy = measurePolicies[options.tune];
  const longer = race === 0 ? 1 : CONFIRMING_ROUNDS;
  const budgetMs = options.budget === undefined ? policy.budgetMs : parseDuration(options.budget);
  const threads = threadsOf(options);
  return readFeeds(samples.check).then(([feeds]) =>
    prove(forms, {
      worker: environment.worker,
      reporter: run.reporter,
      signal: run.signal,
      control: run.control,
      policy: {
        ...policy,
        rounds: policy.rounds * longer,
        maxRounds: policy.maxRounds * longer,
        budgetMs: budgetMs / threads.length,
      },
      threads,
      native: environment.native,
      seed: options.seed,
      feeds: feeds ?? new Map(),
      device: device.fingerprint,
      toolchain: device.toolchain,
      cache,
      modelHash: input.form.hash,
      race,
    }),
  );
}

/** Thread counts to time at: those asked for, else one and all. */
export function threadsOf(options: CompileOptions): readonly number[] {
  return options.threads.length > 0 ? options.threads : [...new Set([1, availableParallelism()])];
}
