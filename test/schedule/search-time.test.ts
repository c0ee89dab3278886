import { expect, test } from "vitest";
import type { CompileEvent, RunControl } from "../../src/events.ts";
import { noControl } from "../../src/events.ts";
import type { Measurer, ScheduleRecord, TunedKernel, TuningContext } from "../../src/schedule/index.ts";
import { makeScheduleCache, tuneWorkloads, tuningEfforts } from "../../src/schedule/index.ts";
import { leastFinalRounds } from "../../src/schedule/tuning-effort.ts";
import { makeContext, makeMeasurer, makeTask, trueNs } from "./fake-device.ts";

/** One call of the measurer, in milliseconds of its clock. */
interface Measurement {
  readonly what: "check" | "race";
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
  readonly rounds: number;
}

/** How long whole models take: a check opens one, and a round runs it for some time. */
const checkMs = 500;
const roundMs = 100;

/** A machine on which every candidate is a whole model, with what was measured on it. */
function slowMachine(): {
  readonly log: readonly Measurement[];
  readonly clock: { now(): number };
  readonly measurer: Measurer;
} {
  const fake = makeMeasurer();
  let now = 0;
  const log: Measurement[] = [];
  const spend = (what: Measurement["what"], ms: number, names: readonly string[], rounds: number): void => {
    log.push({ what, from: now, to: now + ms, names, rounds });
    now += ms;
  };
  return {
    log,
    clock: { now: () => now * 1e6 },
    measurer: {
      verify: async (kernels, threads, signal) => {
        spend("check", checkMs * kernels.length, nameAll(kernels), 0);
        return fake.verify(kernels, threads, signal);
      },
      time: async (kernels, request, signal) => {
        const batch = await fake.time(kernels, request, signal);
        const from = now;
        let done = 0;
        do now += roundMs * kernels.length;
        while (++done < request.rounds && (await request.betweenRounds?.(done)) !== false);
        log.push({ what: "race", from, to: now, names: nameAll(kernels), rounds: done });
        return { ...batch, rounds: batch.rounds.slice(0, done) };
      },
    },
  };
}

function nameAll(kernels: Parameters<Measurer["verify"]>[0]): readonly string[] {
  return kernels.map(({ kernel }) => kernel.name);
}

const isFinal = ({ names }: Measurement): boolean => new Set(names).size < names.length;

async function tune(
  budgetMs: number,
  rest: Partial<TuningContext> = {},
  control?: (log: readonly Measurement[], records: readonly ScheduleRecord[]) => RunControl,
): Promise<{
  readonly tuned: TunedKernel;
  readonly log: readonly Measurement[];
  readonly context: ReturnType<typeof makeContext>;
}> {
  const machine = slowMachine();
  const cache = rest.cache ?? makeScheduleCache([]);
  const context = makeContext({ ...makeMeasurer(), clock: machine.clock }, { cache, ...rest });
  const led = control === undefined ? {} : { control: control(machine.log, cache.records) };
  const { measurer } = machine;
  const [tuned] = await tuneWorkloads([makeTask({ sharedThreads: 2 })], { ...context, measurer, ...led }, budgetMs);
  return { tuned: tuned as TunedKernel, log: machine.log, context };
}

const choicesOf = ({ cache }: TuningContext): readonly ScheduleRecord[] =>
  cache.records.filter(({ kind }) => kind === "choice");

test.each([700, 2000, 5000, 9000, 15_000, 25_000, 40_000, 60_000, 100_000])(
  "of a budget of %d ms nothing is overrun but by the measurement under way and a shortest final race",
  async (budget) => {
    const { tuned, log, context } = await tune(budget);
    const late = log.filter(({ from }) => from >= budget);
    expect(late.length).toBeLessThanOrEqual(1);
    // Where checks took all of it, what was checked still races.
    const isOnly = log.filter(({ what }) => what === "race").length === 1;
    expect(late.every((one) => one.rounds === (isFinal(one) ? leastFinalRounds : 2) && (isFinal(one) || isOnly))).toBe(
      true,
    );
    for (const one of log) {
      const least = isFinal(one) ? leastFinalRounds : 2;
      if (one.rounds > least) expect(one.to).toBeLessThanOrEqual(budget + roundMs * one.names.length);
    }
    expect(tuned.found).toBeDefined();
    if (tuned.endedBy !== undefined) {
      expect(tuned.reason).toContain("the budget ended the search");
      expect(choicesOf(context)).toEqual([]);
    }
  },
);

test("what is cut short in its first turn still races what was checked, and decides in a short final race", async () => {
  const { tuned, log } = await tune(12_000);
  const checks = log.filter(({ what }) => what === "check");
  expect(checks.length).toBeGreaterThan(2);
  expect(checks.length).toBeLessThan(tuningEfforts.default.first);
  const races = log.filter(({ what }) => what === "race");
  expect(races[0]?.names).toEqual(checks.flatMap(({ names }) => names));
  expect(isFinal(races.at(-1) as Measurement)).toBe(true);
  expect(races.at(-1)?.rounds).toBeLessThan(tuningEfforts.default.finalRounds);
  expect(tuned).toMatchObject({ endedBy: "budget", source: "measured" });
});

test("a search that its budget ended goes on in the next run, which comes to as good a kernel as one that nothing ended", async () => {
  const first = await tune(15_000);
  const trials = first.context.cache.records.length;
  expect(trials).toBeGreaterThan(0);
  const next = await tune(Infinity, { cache: first.context.cache });
  const checked = ({ log }: typeof first): readonly string[] =>
    log.slice(0, 14).flatMap(({ what, names }) => (what === "check" ? names : []));
  const raced = first.log.flatMap(({ what, names }) => (what === "race" ? names : []));
  expect(checked(next).filter((name) => raced.includes(name))).toEqual([]);
  expect(next.tuned.endedBy).toBeUndefined();
  const nsOf = ({ tuned }: typeof first): number => trueNs(tuned.found?.candidate.point ?? {}, makeTask().workload);
  expect(nsOf(next) / nsOf(await tune(Infinity))).toBeCloseTo(1, 1);
  expect(choicesOf(next.context)).toHaveLength(1);
});

test.each([
  ["while candidates are checked", (log: readonly Measurement[]) => log.length >= 3],
  ["between the stages of a race", (log: readonly Measurement[]) => log.at(-1)?.what === "race"],
  [
    "on all threads",
    (_: readonly Measurement[], records: readonly ScheduleRecord[]) =>
      records.some((record) => record.kind === "trial" && record.threads === 2),
  ],
  ["in the final race", (log: readonly Measurement[]) => log.some(isFinal)],
])("who asks for the end %s waits for no other measurement, and no choice is recorded", async (_, isMoment) => {
  let asked: number | undefined;
  const { tuned, log, context } = await tune(Infinity, {}, (measured, records) => ({
    ...noControl,
    get isStopping() {
      if (isMoment(measured, records)) asked ??= measured.length;
      return asked !== undefined;
    },
  }));
  expect(asked).toBeDefined();
  expect(log.length).toBe(asked);
  expect(tuned).toMatchObject({ endedBy: "stopped" });
  expect(tuned.reason).toContain("stopped on request");
  expect(choicesOf(context)).toEqual([]);
  const told = context.events.find(
    (event): event is CompileEvent & { type: "tuning-finished" } => event.type === "tuning-finished",
  );
  expect(told?.result.reason).toContain("stopped on request");

  const kept = context.cache.records.length;
  const next = await tune(Infinity, { cache: context.cache });
  const checks = ({ log: all }: { readonly log: readonly Measurement[] }): number =>
    all.filter(({ what }) => what === "check").length;
  const undisturbed = checks(await tune(Infinity));
  if (kept > 0) expect(checks(next)).toBeLessThan(undisturbed);
  expect(next.tuned.endedBy).toBeUndefined();
  expect(choicesOf(next.context)).toHaveLength(1);
});

test("a pause holds between candidates and between stages, and is not of the budget", async () => {
  const hour = 3.6e6;
  let pauses = 0;
  const machine = slowMachine();
  const clock = { now: () => machine.clock.now() + pauses * hour * 1e6 };
  const control = {
    isStopping: false,
    get pausedMs() {
      return pauses * hour;
    },
    whilePaused: async () => void pauses++,
  };
  const context = makeContext({ ...makeMeasurer(), clock }, { control });
  const [tuned] = await tuneWorkloads([makeTask()], { ...context, measurer: machine.measurer }, 200_000);
  expect(tuned?.endedBy).toBeUndefined();
  expect(pauses).toBeGreaterThan(machine.log.filter(({ what }) => what === "check").length);
});
