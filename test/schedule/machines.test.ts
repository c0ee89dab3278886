import { expect, test } from "vitest";
import type { Point, Search, TrialRecord } from "../../src/schedule/index.ts";
import {
  guidedSearch,
  hierarchicalSearch,
  legalPoints,
  pointText,
  randomSearch,
  sequentialSearch,
  tuneWorkloads,
  tuningEfforts,
  withLearnedRanking,
} from "../../src/schedule/index.ts";
import type { FakeMachine } from "./fake-device.ts";
import { makeContext, makeMeasurer, makeTask, tileSpace, trueNs } from "./fake-device.ts";

const workload = { op: "tile", size: 100 };

/** Points of the space that every machine here can compute. */
const isSound = ({ mr = 0, unroll = 0 }: Point): boolean => mr !== 8 && unroll !== 8;

const best = Math.min(...[...legalPoints(tileSpace)].filter(isSound).map((point) => trueNs(point, workload)));

const machines: readonly (readonly [string, FakeMachine])[] = [
  ["noise", { noise: 0.05 }],
  ["drift", { noise: 0.01, drift: (s) => 1 + 0.5 * Math.sin(s * 60) ** 2 }],
  ["a speed that halves for good", { drift: (s) => (s > 0.05 ? 2 : 1) }],
  ["crashes and wrong results", { verdict: (point) => (isSound(point) ? undefined : failureOf(point)) }],
  ["hangs under the clock", { timingVerdict: (point) => (isSound(point) ? undefined : hang) }],
];

const hang = { status: "timeout", detail: "no answer in 60 s" } as const;

function failureOf({ mr = 0 }: Point) {
  return mr === 8 ? ({ status: "run", detail: "SIGILL" } as const) : ({ status: "verify", detail: "y[0]" } as const);
}

const searches: readonly Search[] = [
  guidedSearch,
  sequentialSearch,
  hierarchicalSearch,
  ...[guidedSearch, sequentialSearch, hierarchicalSearch].map(withLearnedRanking),
];

test.each(machines.flatMap(([name, machine]) => searches.map((search) => [name, search, machine] as const)))(
  "on a machine with %s, $name comes within 5 % of the best; runs are equal",
  async (_, search, machine) => {
    const run = async () => {
      const context = makeContext(makeMeasurer(machine), { search, effort: { ...tuningEfforts.default, patience: 9 } });
      const [tuned] = await tuneWorkloads([makeTask()], context, Infinity);
      return { point: tuned?.found?.candidate.point ?? {}, trials: trialsOf(context.cache.records as never) };
    };
    const one = await run();
    expect(trueNs(one.point, workload) / best).toBeLessThan(1.05);
    expect(await run()).toEqual(one);
  },
);

function trialsOf(records: readonly TrialRecord[]): readonly string[] {
  return records.map(({ kind, status, point }) => (kind === "trial" ? `${status} ${pointText(point)}` : kind));
}

test.each([...searches, randomSearch])(
  "$name does not try what failed again, in no later run; what timed out once more",
  async (search) => {
    const machine: FakeMachine = {
      verdict: (point) => (isSound(point) ? undefined : failureOf(point)),
      timingVerdict: ({ mr }) => (mr === 2 ? hang : undefined),
    };
    const { cache } = makeContext(makeMeasurer());
    for (let run = 1; run <= 4; run++) {
      const effort = { ...tuningEfforts.default, patience: 99, candidates: 40 * run };
      await tuneWorkloads([makeTask()], makeContext(makeMeasurer(machine), { cache, search, effort }), Infinity);
    }
    const times = new Map<string, number>();
    const failures = cache.records.filter(
      (record): record is TrialRecord => record.kind === "trial" && record.status !== "ok",
    );
    for (const { status, point } of failures) {
      const text = `${status} ${pointText(point)}`;
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    expect(times.size).toBeGreaterThan(2);
    for (const [text, count] of times) expect(count, text).toBeLessThanOrEqual(text.startsWith("timeout") ? 2 : 1);
  },
);

test("hangs use up the budget, not more: the best so far is taken", async () => {
  const measurer = makeMeasurer();
  let lost = 0;
  const slow = {
    ...measurer,
    time: async (...args: Parameters<typeof measurer.time>) => {
      lost += 60e9;
      return measurer.time(...args);
    },
  };
  const clock = { now: () => measurer.clock.now() + lost };
  const effort = { ...tuningEfforts.extensive, patience: 99 };
  const context = makeContext(measurer, { measurer: slow, clock, effort });
  const [tuned] = await tuneWorkloads([makeTask()], context, 100_000);
  expect(tuned?.source).toBe("measured");
  expect(measurer.batches.length).toBeLessThanOrEqual(4);
});

test("the noise floor is measured, recorded and told, and a challenger must beat twice of it", async () => {
  const context = makeContext(makeMeasurer({ noise: 0.5 }), { search: guidedSearch });
  const [tuned] = await tuneWorkloads([makeTask()], context, Infinity);
  const choice = context.cache.records.find(({ kind }) => kind === "choice");
  expect(choice).toMatchObject({ noise: expect.any(Number) as number });
  expect(Number((choice as { noise?: number }).noise)).toBeGreaterThan(0);
  expect(tuned?.noise).toBe((choice as { noise?: number }).noise);
  const told = context.events.find(({ type }) => type === "tuning-finished");
  expect(told).toMatchObject({ result: { noise: tuned?.noise } });
  const [replayed] = await tuneWorkloads([makeTask()], makeContext(makeMeasurer(), { cache: context.cache }), Infinity);
  expect(replayed?.noise).toBe(tuned?.noise);
});
