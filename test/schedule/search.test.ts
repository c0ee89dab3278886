import { expect, test } from "vitest";
import { seededRandom } from "../../src/measure/index.ts";
import type { Candidate, Search, TriedCandidate } from "../../src/schedule/index.ts";
import {
  candidateText,
  exhaustiveSearch,
  guidedSearch,
  hierarchicalSearch,
  legalPoints,
  makeCandidatePool,
  neighbours,
  pointText,
  poolCandidates,
  randomSearch,
  sequentialSearch,
  withLearnedRanking,
} from "../../src/schedule/index.ts";
import { makeTemplate, tileSpace, trueNs } from "./fake-device.ts";
import { device } from "./records.ts";

const workload = { op: "tile", size: 100 };
const template = makeTemplate();
const pool = makeCandidatePool(workload, [template], device);
const everything = [...legalPoints(tileSpace)];

/** Best true time after `turns` proposals of `count`, without noise. */
function search(
  { propose }: Search,
  count: number,
  turns: number,
  seed = 1,
): { best: number; tried: TriedCandidate[] } {
  const tried: TriedCandidate[] = [];
  for (let turn = 0; turn < turns; turn++)
    for (const candidate of propose({ pool, related: [], tried }, count, seededRandom(seed + turn)))
      tried.push({ candidate, score: trueNs(candidate.point, workload) });
  return { best: Math.min(...tried.map(({ score }) => score)), tried };
}

test.each([guidedSearch, sequentialSearch, hierarchicalSearch, randomSearch, exhaustiveSearch])(
  "$name proposes every candidate once, then none",
  (strategy) => {
    const { tried } = search(strategy, 7, 200);
    expect(tried.map(({ candidate }) => pointText(candidate.point)).sort()).toEqual(everything.map(pointText).sort());
  },
);

test.each([guidedSearch, sequentialSearch, hierarchicalSearch, randomSearch, exhaustiveSearch])(
  "$name: same state and numbers, same proposal",
  (strategy) => {
    const texts = (): string[] => search(strategy, 5, 5, 42).tried.map(({ candidate }) => candidateText(candidate));
    expect(texts()).toEqual(texts());
  },
);

test("guided search begins with seed, related points and predictions, and goes on with neighbours of the best two", () => {
  const related = [{ template, point: { mr: 1, nr: 6, unroll: 8, prefetch: 8 } }];
  const first = guidedSearch.propose({ pool, related, tried: [] }, 10, seededRandom(1));
  expect(first.slice(0, 2)).toEqual([...pool.seeds, ...related]);
  const predicted = pool.ranked.map(candidateText);
  expect(first.slice(2, 9).map(candidateText)).toEqual(predicted.slice(0, 7));
  const tried = first.map((candidate) => ({ candidate, score: trueNs(candidate.point, workload) }));
  const [best, second] = [...tried].sort((a, b) => a.score - b.score);
  const next = guidedSearch.propose({ pool, related, tried }, 6, seededRandom(2));
  const near = [best, second].flatMap((parent) => neighbours(tileSpace, parent?.candidate.point ?? {})).map(pointText);
  expect(next.every(({ point }) => near.includes(pointText(point)))).toBe(true);
});

test("guided search goes on with predictions when all that was tried failed", () => {
  const tried = pool.seeds.map((candidate) => ({ candidate, score: Infinity }));
  const next = guidedSearch.propose({ pool, related: [], tried }, 3, seededRandom(1));
  expect(next).toEqual(pool.ranked.slice(0, 3));
});

test("with 24 candidates guided search comes within 3 % of the best of all, and nearer than random search", () => {
  const best = Math.min(...everything.map((point) => trueNs(point, workload)));
  const guided = [14, 5, 5].reduce<TriedCandidate[]>((tried, count, turn) => {
    const proposed = guidedSearch.propose({ pool, related: [], tried }, count, seededRandom(turn));
    return [...tried, ...proposed.map((candidate) => ({ candidate, score: trueNs(candidate.point, workload) }))];
  }, []);
  const found = Math.min(...guided.map(({ score }) => score));
  expect(found / best).toBeLessThan(1.03);
  const control = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    .map((seed) => search(randomSearch, 24, 1, seed).best)
    .sort((a, b) => a - b);
  expect(found).toBeLessThan(control[4] as number);
});

/** A cost model that is wrong by a factor of 3 wherever mr is at least 8. */
const biased = poolCandidates(workload, [
  {
    template,
    space: tileSpace,
    seed: { mr: 4, nr: 4, unroll: 1, prefetch: 0 },
    cost: (point) => trueNs(point, workload) * (Number(point["mr"]) >= 8 ? 1 / 3 : 1),
  },
]);

/** Share of a proposal for which the cost model is wrong, before and after a few trials told. */
function sharesMisled({ propose }: Search): readonly [number, number] {
  const isMisled = ({ point }: Candidate): boolean => Number(point["mr"]) >= 8;
  const share = (tried: readonly TriedCandidate[]): number => {
    const proposed = propose({ pool: biased, related: [], tried }, 12, seededRandom(4));
    return proposed.filter(isMisled).length / proposed.length;
  };
  const tried = everything
    .filter((_, i) => i % 16 === 0)
    .map((point) => ({ candidate: { template, point }, score: trueNs(point, workload) / 50_000 }));
  const [first] = tried;
  return [share(first === undefined ? [] : [first]), share(tried)];
}

test.each([sequentialSearch, hierarchicalSearch])("$name turns away from what is slower than predicted", (strategy) => {
  const [before, after] = sharesMisled(strategy);
  expect(before).toBeGreaterThan(0.7);
  expect(after).toBeLessThan(0.5);
});

test.each([sequentialSearch, hierarchicalSearch])(
  "$name turns away from decisions that fail, and from a template that does",
  (strategy) => {
    const bad = makeTemplate({ name: "bad" });
    const both = makeCandidatePool(workload, [bad, template], device);
    const tried = both.ranked
      .filter((_, i) => i % 20 === 0)
      .map((candidate) => ({
        candidate,
        score: candidate.template === bad ? Infinity : trueNs(candidate.point, workload) / 50_000,
      }));
    const proposed = strategy.propose({ pool: both, related: [], tried }, 10, seededRandom(1));
    expect(proposed.filter((candidate) => candidate.template === bad).length).toBeLessThanOrEqual(2);
  },
);

test.each([sequentialSearch, hierarchicalSearch])(
  "$name begins with the seeds and with what was best of the nearest workloads",
  (strategy) => {
    const related = [{ template, point: { mr: 1, nr: 6, unroll: 8, prefetch: 8 } }];
    const proposed = strategy.propose({ pool, related, tried: [] }, 10, seededRandom(1));
    expect(proposed.slice(0, 2)).toEqual([...pool.seeds, ...related]);
    expect(proposed).toHaveLength(10);
  },
);

test.each([sequentialSearch, hierarchicalSearch])(
  "with 24 candidates $name comes within 3 % of the best of all",
  (strategy) => {
    const tried: TriedCandidate[] = [];
    for (const [turn, count] of [14, 5, 5].entries())
      for (const candidate of strategy.propose({ pool, related: [], tried: [...tried] }, count, seededRandom(turn)))
        tried.push({ candidate, score: trueNs(candidate.point, workload) / 50_000 });
    const best = Math.min(...everything.map((point) => trueNs(point, workload))) / 50_000;
    expect(Math.min(...tried.map(({ score }) => score)) / best).toBeLessThan(1.03);
  },
);

test("searches serve what is no kernel: families are whatever has a name, a version and points", () => {
  const family = { name: "form", version: 2 };
  const space = {
    parameters: [
      { name: "precision", values: [0, 1] },
      { name: "layout", values: [0, 1, 2] },
    ],
    legal: () => true,
  };
  const forms = poolCandidates({ op: "model" }, [
    { template: family, space, seed: { precision: 0, layout: 0 }, cost: () => Number.NaN },
  ]);
  for (const strategy of [guidedSearch, sequentialSearch, hierarchicalSearch].flatMap((one) => [
    one,
    withLearnedRanking(one),
  ])) {
    const proposed = strategy.propose({ pool: forms, related: [], tried: [] }, 10, seededRandom(1));
    expect(proposed.map(candidateText).sort()).toEqual(forms.ranked.map(candidateText).sort());
  }
});
