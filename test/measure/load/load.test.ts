import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createBatcher,
  highestRate,
  planBatching,
  poissonArrivals,
  runLoad,
  serviceNs,
  simulatedMachine,
  summarizeLoad,
} from "../../../src/measure/index.ts";
import type { LoadRecord } from "../../../src/measure/index.ts";

const { signal } = new AbortController();
const ms = 1e6;

/** Runs arrivals (in milliseconds) through instances that take `service` for a batch. */
function play(
  arrivals: readonly number[],
  { maxBatch = 1, wait = 0, instances = 1, service = (_: number): number => 10, giveUp = Infinity },
): Promise<LoadRecord> {
  const machine = simulatedMachine(instances, (size) => service(size) * ms);
  const batching = { maxBatch, maxWaitNs: wait * ms };
  const plan = { batching, arrivals: arrivals.map((at) => at * ms), warmUpNs: 0, giveUpNs: giveUp * ms };
  return runLoad(plan, machine, signal);
}

const inMs = (times: readonly number[]): readonly number[] => times.map((ns) => ns / ms);

test("a Poisson process: its rate, gaps as spread as they are long, the same for the same seed", () => {
  const times = poissonArrivals(1000, 20e9, 7);
  expect(times.length).toBeGreaterThan(19_500);
  expect(times.length).toBeLessThan(20_500);
  const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(deviation / mean).toBeCloseTo(1, 1);
  expect(poissonArrivals(1000, 1e9, 7)).toEqual(times.filter((at) => at < 1e9));
  expect(poissonArrivals(1000, 1e9, 8)).not.toEqual(poissonArrivals(1000, 1e9, 7));
});

test("latency counts from the planned arrival: a stall is charged to everyone it keeps waiting", async () => {
  // A closed loop would send the second request only after the first, and see 100, 10, 10.
  let first = true;
  const service = (): number => {
    const time = first ? 100 : 10;
    first = false;
    return time;
  };
  const { latenciesNs, queueingNs } = await play([0, 10, 20], { service });
  expect(inMs(latenciesNs)).toEqual([100, 100, 100]);
  expect(inMs(queueingNs)).toEqual([0, 90, 90]);
});

test("a batch goes when it is full, when the oldest has waited long enough, and never without an instance", async () => {
  const full = await play([0, 1, 2], { maxBatch: 3, wait: 50 });
  expect([full.batchSizes, inMs(full.latenciesNs)]).toEqual([[3], [12, 11, 10]]);
  const late = await play([0, 1, 9], { maxBatch: 3, wait: 5 });
  expect(late.batchSizes).toEqual([2, 1]);
  expect(inMs(late.queueingNs)).toEqual([5, 4, 6]);
  const busy = await play([0, 1, 2, 3], { maxBatch: 2, instances: 1 });
  expect(busy.batchSizes).toEqual([1, 2, 1]);
  const two = await play([0, 1, 2, 3], { maxBatch: 2, instances: 2 });
  expect(two.batchSizes).toEqual([1, 1, 2]);
});

test("whatever comes: every request runs once, in order, in batches that fit, and no instance has two", () => {
  const event = fc.oneof(fc.constant("arrive" as const), fc.constant("finish" as const), fc.constant("pass" as const));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.nat(3), fc.nat(4), fc.nat(5), (events, more, extra, wait) => {
      const [instances, maxBatch] = [more + 1, extra + 1];
      const batcher = createBatcher({ maxBatch, maxWaitNs: wait }, instances);
      const busy = new Set<number>();
      const served: number[] = [];
      let arrived = 0;
      for (const [now, what] of events.entries()) {
        if (what === "arrive") {
          batcher.arrive(now);
          arrived++;
        }
        if (what === "finish")
          for (const instance of [...busy].slice(0, 1)) {
            busy.delete(instance);
            batcher.finish(instance);
          }
        for (let batch = batcher.next(now); batch !== undefined; batch = batcher.next(now)) {
          expect(busy.has(batch.instance)).toBe(false);
          expect(batch.arrivals.length).toBeLessThanOrEqual(maxBatch);
          expect(batch.arrivals.length === maxBatch || now - (batch.arrivals[0] as number) >= wait).toBe(true);
          busy.add(batch.instance);
          served.push(...batch.arrivals);
        }
        expect(batcher.running).toBe(busy.size);
        expect(batcher.waiting).toBe(arrived - served.length);
        if (batcher.wakeNs !== undefined) expect(batcher.wakeNs).toBeGreaterThan(now);
      }
      expect(served).toEqual([...served].sort((a, b) => a - b));
    }),
  );
});

test("a load beyond what can be served is given up, and what waits counts with its age", async () => {
  const arrivals = Array.from({ length: 100 }, (_, i) => i);
  const record = await play(arrivals, { giveUp: 200 });
  expect(record.unfinished).toBe(80);
  expect(record.latenciesNs).toHaveLength(100);
  expect(Math.max(...inMs(record.latenciesNs))).toBe(181);
  const plan = { batching: { maxBatch: 1, maxWaitNs: 0 }, arrivals, warmUpNs: 0, giveUpNs: 200 * ms };
  expect(summarizeLoad(1000, plan, record)).toMatchObject({ requests: 100, unfinished: 80, batches: { 1: 21 } });
});

test("waits of a queue with one server are those of the theory (M/D/1)", async () => {
  // Pollaczek and Khinchine: mean wait = rho * service / (2 (1 - rho)).
  const [service, rho] = [1, 0.7];
  const arrivals = poissonArrivals((rho * 1000) / service, 200e9, 3).map((ns) => ns / ms);
  const { queueingNs } = await play(arrivals, { service: () => service });
  const mean = queueingNs.reduce((a, b) => a + b, 0) / queueingNs.length / ms;
  expect(mean / ((rho * service) / (2 * (1 - rho)))).toBeCloseTo(1, 1);
});

test("the highest rate is found from either side, confirmed, and lowered where a long run does not hold it", async () => {
  for (const [start, limit, confirmed] of [
    [10, 500, 500],
    [5000, 500, 500],
    [400, 500, 450],
  ] as const) {
    const trial = (most: number) => (rate: number) => Promise.resolve({ rate, holds: rate <= most });
    const found = await highestRate({
      start,
      precision: 0.02,
      maxTrials: 40,
      try: trial(limit),
      confirm: trial(confirmed),
    });
    expect(found.confirmed?.rate).toBeLessThanOrEqual(confirmed);
    expect(found.confirmed?.rate).toBeGreaterThan(confirmed * 0.88);
  }
  const never = await highestRate({
    ...{ start: 10, precision: 0.02, maxTrials: 5 },
    try: (rate) => Promise.resolve({ rate, holds: false }),
    confirm: (rate) => Promise.resolve({ rate, holds: false }),
  });
  expect(never.confirmed).toBeUndefined();
});

test("batching is planned where it pays and left alone where it does not", async () => {
  const limit = { share: 0.99, ns: 100 * ms };
  const setup = { seed: 1, signal };
  // A batch costs a fixed 8 ms and 1 ms a sample: batches of 8 carry more than three times as many.
  const amortized = [1, 2, 4, 8].map((batch) => ({ batch, ns: (8 + batch) * ms }));
  const [paying] = await planBatching(amortized, 1, 8, limit, setup);
  expect(paying?.maxBatch).toBe(8);
  expect(paying?.predictedRate).toBeGreaterThan(300);
  expect(paying?.predictedRate).toBeLessThan(500);
  const linear = [1, 2, 4, 8].map((batch) => ({ batch, ns: batch * 5 * ms }));
  expect((await planBatching(linear, 1, 8, limit, setup))[0]).toMatchObject({ maxBatch: 1, maxWaitNs: 0 });
  const one = await planBatching([{ batch: 1, ns: 200 * ms }], 1, 1, limit, setup);
  expect(one).toEqual([{ maxBatch: 1, maxWaitNs: 0, predictedRate: 0 }]);
});

test("service times lie on lines between what was measured", () => {
  const times = [
    { batch: 1, ns: 10 },
    { batch: 4, ns: 16 },
  ];
  expect([1, 2, 4, 8].map((batch) => serviceNs(times, batch))).toEqual([10, 12, 16, 32]);
});
