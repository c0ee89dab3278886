import fc from "fast-check";
import { expect, test } from "vitest";
import { isInTopK, pairedDifference, randomSource, similarityMeter, topK } from "../../src/data/index.ts";

test("top-k counts the scores above the label; equal scores count for the lower index", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }), fc.nat(11), (scores, at) => {
      const label = at % scores.length;
      const ranking = scores.map((score, i) => ({ score, i })).sort((a, b) => b.score - a.score || a.i - b.i);
      const rank = ranking.findIndex(({ i }) => i === label);
      for (const k of [1, 5]) expect(isInTopK(scores, label, k)).toBe(rank < k);
    }),
  );
  const counter = topK(1);
  counter.add([1, 3, 2], 1);
  counter.add([1, NaN, 2], 1);
  expect(counter.read()).toEqual({ hits: 1, samples: 2, rate: 0.5 });
});

test("similarity: noise of a tenth of the signal's amplitude is 20 dB; agreement and worst cosine by sample", () => {
  const meter = similarityMeter();
  meter.add([10, 0, 0], [11, 0, 0]);
  meter.add([0, 10, 0], [0, 0, 1]);
  const { sqnrDb, agreement, worstCosine, maxAbsolute, samples } = meter.read();
  expect(sqnrDb).toBeCloseTo(10 * Math.log10(200 / (1 + 100 + 1)), 10);
  expect([agreement, worstCosine, maxAbsolute, samples]).toEqual([0.5, 0, 10, 2]);
  const equal = similarityMeter();
  equal.add([1, Infinity], [1, Infinity]);
  expect(equal.read()).toMatchObject({ sqnrDb: Infinity, incomparable: 0, agreement: 1 });
  expect(() => equal.add([1], [1, 2])).toThrow();
});

test("the paired interval holds the true difference in about 95 of 100 experiments", () => {
  const random = randomSource(3);
  let held = 0;
  for (let experiment = 0; experiment < 2000; experiment++) {
    let gained = 0;
    let lost = 0;
    for (let i = 0; i < 400; i++) {
      const u = random.uniform();
      if (u < 0.02) gained++;
      else if (u < 0.05) lost++;
    }
    const { low, high } = pairedDifference(gained, lost, 400);
    if (low <= -0.01 && -0.01 <= high) held++;
  }
  expect(held / 2000).toBeGreaterThan(0.935);
  expect(held / 2000).toBeLessThan(0.985);
});
