import fc from "fast-check";
import { expect, test } from "vitest";
import { benchPolicy, describeLatency, quantile, race } from "../../src/measure/index.ts";

test("every model gets its time and its inferences, whatever it takes", async () => {
  const limits = { warmUpMs: 20, durationMs: 300, iterations: 10 };
  const cases = [[1e5], [5e7], [2e9], [1e5, 5e7], [3e5, 4e5, 5e5]];
  for (const ns of cases) {
    let now = 0;
    const forms = ns.map((each, i) => ({
      name: String(i),
      run: (): Promise<void> => {
        now += each;
        return Promise.resolve();
      },
    }));
    const result = await race(forms, benchPolicy(limits, ns), {
      clock: { now: () => now },
      seed: 1,
      reference: () => (now += 1e6),
    });
    for (const [i, each] of ns.entries()) {
      const times = result.rounds.flatMap((round) => round[i] ?? []);
      expect(times.length, String(ns)).toBeGreaterThanOrEqual(10);
      expect(times.length * each).toBeGreaterThanOrEqual(300e6);
      expect(result.rounds.length).toBeGreaterThanOrEqual(4);
    }
  }
});

test("a slow model is not timed much longer than asked", () => {
  expect(benchPolicy({ warmUpMs: 0, durationMs: 3000, iterations: 10 }, [1e9])).toMatchObject({
    rounds: 10,
    dropPerBlock: 0,
  });
});

test("percentiles of a sample, in any order, are its quantiles", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength: 1 }), (samples) => {
      const { percentiles, minNs, maxNs, medianNs, meanNs } = describeLatency(samples, [50, 99.9]);
      expect(Object.keys(percentiles)).toEqual(["p50", "p99.9"]);
      expect((percentiles["p99.9"] as number) / quantile(samples, 0.999)).toBeCloseTo(1, 9);
      expect([minNs, medianNs, maxNs]).toEqual([0, 0.5, 1].map((share) => quantile(samples, share)));
      expect(meanNs).toBeGreaterThanOrEqual(minNs - 1e-6);
      expect(meanNs).toBeLessThanOrEqual(maxNs + maxNs * 1e-12);
    }),
  );
});
