import { expect, test } from "vitest";
import { seededRandom } from "../../src/measure/index.ts";
import type { Search, TriedCandidate } from "../../src/schedule/index.ts";
import {
  candidateText,
  exhaustiveSearch,
  guidedSearch,
  hierarchicalSearch,
  legalPoints,
  makeCandidatePool,
  neighbours,
  pointText,
  randomSearch,
  sequentialSearch,
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
