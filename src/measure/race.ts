import type { Clock } from "./clock.ts";
import type { EnergyCounter } from "./energy-counter.ts";
import type { MeasurePolicy } from "./policy.ts";
import { quietRounds } from "./quiet-rounds.ts";
import { referenceLoop } from "./reference-loop.ts";
import { seededRandom, speedRatio } from "./statistics.ts";

/** One competitor. */
export type RaceForm = { readonly name: string } & (RunForm | BlockForm);

/** Runs one inference, which the race times. */
interface RunForm {
  run(): Promise<void>;
}

/** Times itself, because it runs in another process, and the way there must not be measured. */
interface BlockForm {
  /** Nanoseconds of each of `iterations` inferences, after `drop` that do not count. */
  block(iterations: number, drop: number): Promise<readonly number[]>;
}

/** What a race measured. `rounds[r][f]` holds the nanoseconds of each timed inference of form f in round r. */
export interface RaceResult {
  readonly names: readonly string[];
  readonly rounds: readonly (readonly (readonly number[])[])[];
  /** Nanoseconds of the reference loop in each kept round. */
  readonly referenceNs: readonly number[];
  /** Microjoules of one inference of form f in round r; absent without a counter. */
  readonly energyUj?: readonly (readonly number[])[];
  /** Rounds left out because the reference loop was off its best. */
  readonly droppedRounds: number;
  /** Median deviation of the reference loop from its best, as a share: the noise floor of this machine now. */
  readonly noise: number;
}

/** Conditions a race can be run under; the defaults are the real ones. */
export interface RaceSetup {
  readonly clock: Clock;
  readonly seed: number;
  reference?(): unknown;
  /** Awaited: nothing is timed until it is done, and the budget does not count it. False ends the race, but not before two rounds. */
  onRound?(round: number, rounds: number): Promise<boolean> | void;
  readonly signal?: AbortSignal;
  /** Counts the energy of each block, where the machine tells it. */
  readonly energy?: Pick<EnergyCounter, "read">;
}

/**
 * Times forms interleaved: in each round every form runs one block, in an order drawn anew, with the reference loop
 * around. Rounds whose reference is off its best by more than the policy's tolerance are dropped, unless fewer than
 * two would be left: then the best half stays.
 */
export async function race(forms: readonly RaceForm[], policy: MeasurePolicy, setup: RaceSetup): Promise<RaceResult> {
  const { clock } = setup;
  const reference = setup.reference ?? referenceLoop;
  const random = seededRandom(setup.seed);
  const timeReference = (): number => {
    const start = clock.now();
    reference();
    return clock.now() - start;
  };
  const iterations: number[] = [];
  for (const form of forms) iterations.push(await warmUp(form, policy, clock));
  timeReference();
  const rounds: (readonly number[])[][] = [];
  /** Of each form, the best time of each round, as the only sample of the round: all that ratios of minima need. */
  const fastest: number[][][] = forms.map(() => []);
  const referenceNs: number[] = [];
  const energyUj: number[][] = [];
  let deadline = clock.now() + policy.budgetMs * 1e6;
  for (let round = 0; round < policy.rounds || (round < policy.maxRounds && !isSettled(fastest, policy)); round++) {
    if (setup.signal?.aborted === true || (rounds.length >= 2 && clock.now() > deadline)) break;
    const before = timeReference();
    const samples: (readonly number[])[] = forms.map(() => []);
    const microjoules: number[] = forms.map(() => NaN);
    for (const index of shuffled(forms.length, random)) {
      const runs = iterations[index] as number;
      const start = setup.energy?.read();
      samples[index] = await timeBlock(forms[index] as RaceForm, runs, policy.dropPerBlock, clock);
      const end = setup.energy?.read();
      if (start !== undefined && end !== undefined) microjoules[index] = (end - start) / (runs + policy.dropPerBlock);
    }
    rounds.push(samples);
    energyUj.push(microjoules);
    samples.forEach((times, form) => fastest[form]?.push([times.reduce((a, b) => Math.min(a, b), Infinity)]));
    referenceNs.push(Math.min(before, timeReference()));
    const asked = clock.now();
    const goesOn = await setup.onRound?.(round + 1, round < policy.rounds ? policy.rounds : policy.maxRounds);
    deadline += clock.now() - asked;
    if (goesOn === false && rounds.length >= 2) break;
  }
  return keepQuiet(
    forms.map((form) => form.name),
    rounds,
    energyUj,
    referenceNs,
    policy.referenceTolerance,
  );
}

/** True when every form's speed against the first is known to within the policy's interval. */
function isSettled(fastest: readonly (readonly (readonly number[])[])[], policy: MeasurePolicy): boolean {
  const [first, ...others] = fastest;
  return others.every((other) => {
    const { low, high } = speedRatio(first ?? [], other);
    return high - low <= policy.intervalWidth * Math.max(1, high);
  });
}

async function warmUp(form: RaceForm, policy: MeasurePolicy, clock: Clock): Promise<number> {
  const start = clock.now();
  let best = Infinity;
  let runs = 0;
  while (runs < 2 || clock.now() - start < policy.warmupMs * 1e6) {
    const [took = Infinity] = await timeBlock(form, 1, 0, clock);
    best = Math.min(best, Math.max(1, took));
    runs++;
  }
  return Math.max(policy.minIterations, Math.ceil((policy.blockMs * 1e6) / best));
}

async function timeBlock(form: RaceForm, iterations: number, drop: number, clock: Clock): Promise<readonly number[]> {
  if ("block" in form) return form.block(iterations, drop);
  const samples: number[] = [];
  for (let i = 0; i < iterations + drop; i++) {
    const start = clock.now();
    await form.run();
    const took = clock.now() - start;
    if (i >= drop) samples.push(took);
  }
  return samples;
}

function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

function keepQuiet(
  names: readonly string[],
  rounds: readonly (readonly (readonly number[])[])[],
  energyUj: readonly (readonly number[])[],
  referenceNs: number[],
  tolerance: number,
): RaceResult {
  const { kept, noise } = quietRounds(referenceNs, tolerance);
  const energy = kept.map((i) => energyUj[i] as readonly number[]);
  return {
    names,
    ...(energy.flat().some(Number.isNaN) ? {} : { energyUj: energy }),
    rounds: kept.map((i) => rounds[i] as readonly (readonly number[])[]),
    referenceNs: kept.map((i) => referenceNs[i] as number),
    droppedRounds: rounds.length - kept.length,
    noise,
  };
}
