import { expect, test } from "vitest";
import { seededRandom } from "../../src/measure/index.ts";
import type { Template, TriedCandidate } from "../../src/schedule/index.ts";
import {
  candidateText,
  guidedSearch,
  hierarchicalSearch,
  learnRanking,
  legalPoints,
  lessonsFor,
  makeCandidatePool,
  makeScheduleCache,
  sequentialSearch,
  tuneWorkloads,
  withLearnedRanking,
} from "../../src/schedule/index.ts";
import { boostTrees } from "../../src/schedule/learn/boosted-trees.ts";
import { makeContext, makeMeasurer, makeTask, makeTemplate, tileSpace, trueNs } from "./fake-device.ts";
import { device } from "./records.ts";

const template = makeTemplate();
const workload = { op: "tile", size: 100 };
const pool = makeCandidatePool(workload, [template], device);
/** The same points under a cost model that sees one parameter of four. */
const blind: Template = { ...template, cost: (_, { mr = 1 }) => 1000 / mr };
const blindPool = makeCandidatePool(workload, [blind], device);
const everything = [...legalPoints(tileSpace)];

/** Every `step`-th point with its true time for a workload of that size. */
function triedEvery(step: number, size = 100): readonly TriedCandidate[] {
  return everything
    .filter((_, i) => i % step === 0)
    .map((point) => ({ candidate: { template, point }, score: trueNs(point, { op: "tile", size }) / 50_000 }));
}

/** Share of pairs of points that a ranking puts in the order of their true times. */
function agreement(ranked: typeof pool.ranked): number {
  const times = ranked.map(({ point }) => trueNs(point, workload));
  let [right, all] = [0, 0];
  for (let i = 0; i < times.length; i++)
    for (let j = i + 1; j < times.length; j++) {
      const [p, q] = [times[i] as number, times[j] as number];
      if (p === q) continue;
      all++;
      if (p < q) right++;
    }
  return right / all;
}

test("boosted trees learn a function with steps, products and noise, and generalize", () => {
  const random = seededRandom(5);
  const truth = (row: Float64Array): number =>
    ((row[0] as number) > 0.5 ? 1 : -1) + (row[1] as number) * (row[2] as number) + 0.5 * Math.abs(row[1] as number);
  const draw = (): Float64Array => Float64Array.from([random(), random() * 2 - 1, random() * 2 - 1, random()]);
  const rows = Array.from({ length: 600 }, draw);
  const targets = rows.map((row) => truth(row) + 0.1 * (random() - 0.5));
  const model = boostTrees({ rows, targets, weights: rows.map(() => 1) });
  const fresh = Array.from({ length: 300 }, draw);
  const spread = (of: (row: Float64Array) => number): number =>
    fresh.reduce((sum, row) => sum + of(row) ** 2, 0) / fresh.length;
  const unexplained = spread((row) => truth(row) - model(row)) / spread(truth);
  expect(unexplained).toBeLessThan(0.05);
});

test("boosted trees give the same model twice, and nothing where there is nothing to learn", () => {
  const rows = Array.from({ length: 40 }, (_, i) => Float64Array.from([i % 7, i % 3]));
  const targets = rows.map(([a = 0, b = 0]) => a - b);
  const weights = rows.map((_, i) => 1 + (i % 2));
  const [one, other] = [boostTrees({ rows, targets, weights }), boostTrees({ rows, targets, weights })];
  expect(rows.map(one)).toEqual(rows.map(other));
  const same = boostTrees({ rows: rows.map(() => Float64Array.from([1, 1])), targets, weights });
  expect(same(Float64Array.from([1, 1]))).toBe(0);
  const heavy = boostTrees({
    rows: [...Array(20)].map((_, i) => Float64Array.from([i % 2])),
    targets: [...Array(20)].map((_, i) => (i < 10 ? 1 : -1) * (i % 2)),
    weights: [...Array(20)].map((_, i) => (i < 10 ? 9 : 1)),
  });
  expect(heavy(Float64Array.from([1]))).toBeGreaterThan(0.3);
});

test("a ranking learned from some of the points agrees better with the rest than the cost model's", () => {
  const tried = triedEvery(8).map((one) => ({ ...one, candidate: { ...one.candidate, template: blind } }));
  const seen = new Set(tried.map(({ candidate }) => candidateText(candidate)));
  const rest = ({ ranked }: typeof pool): typeof pool.ranked =>
    ranked.filter((candidate) => !seen.has(candidateText(candidate)));
  const learned = learnRanking({ pool: blindPool, related: [], tried }) as typeof pool;
  expect(agreement(rest(blindPool))).toBeLessThan(0.8);
  expect(agreement(rest(learned))).toBeGreaterThan(0.9);
  expect(learned?.ranked.map(candidateText).sort()).toEqual(pool.ranked.map(candidateText).sort());
  const again = learnRanking({ pool: blindPool, related: [], tried: [...tried] });
  expect(again?.ranked.map(candidateText)).toEqual(learned?.ranked.map(candidateText));
});

test("a ranking is learned from near workloads alone, though their times are others", () => {
  const lessons = triedEvery(5, 170).map(({ candidate, score }) => ({
    ...{ workload: { op: "tile", size: 170 }, candidate, score, distance: 0.5 },
    predicted: blind.cost({ op: "tile", size: 170 }, candidate.point, device),
  }));
  const learned = learnRanking({ pool: blindPool, related: [], tried: [], lessons: () => lessons });
  expect(agreement(learned?.ranked ?? [])).toBeGreaterThan(0.9);
});

test("with too few trials the cost model's ranking stays; failures teach nothing", () => {
  const few = triedEvery(8).slice(0, 10);
  const failed = triedEvery(8)
    .slice(10)
    .map((tried) => ({ ...tried, score: Infinity }));
  expect(learnRanking({ pool, related: [], tried: [...few, ...failed] })).toBeUndefined();
  const state = { pool, related: [], tried: few };
  expect(withLearnedRanking(guidedSearch).propose(state, 5, seededRandom(1))).toEqual(
    guidedSearch.propose(state, 5, seededRandom(1)),
  );
});

test("lessons are trials of other workloads that were timed alike, nearest first, whatever the order of the records", async () => {
  const context = makeContext(makeMeasurer());
  await tuneWorkloads([makeTask({ size: 30 }), makeTask({ size: 90 }), makeTask({ size: 100 })], context, Infinity);
  const task = makeTask();
  const lessons = lessonsFor(task, context);
  const sizes = lessons.map(({ workload: { size } }) => Number(size));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(new Set(sizes)).toEqual(new Set([30, 90]));
  expect(new Set(lessons.map(({ candidate, workload: w }) => `${candidateText(candidate)} ${w["size"]}`)).size).toBe(
    lessons.length,
  );
  const shuffled = { ...context, cache: makeScheduleCache([...context.cache.records].reverse()) };
  expect(lessonsFor(task, shuffled)).toEqual(lessons);
  for (const other of [
    lessonsFor(task, { ...context, mode: "hot" }),
    lessonsFor(task, { ...context, toolchain: { emitter: "x86@2" } }),
    lessonsFor(task, { ...context, device: { ...device, cores: 99 } }),
    lessonsFor({ ...task, threads: 2 }, context),
    lessonsFor({ ...task, templates: [makeTemplate({ version: 2 })] }, context),
  ])
    expect(other).toEqual([]);
});

test.each([guidedSearch, sequentialSearch, hierarchicalSearch].map(withLearnedRanking))(
  "$name comes within 3 % of the best through the whole machinery, also on a noisy machine",
  async (search) => {
    const best = Math.min(...everything.map((point) => trueNs(point, workload)));
    for (const machine of [{}, { noise: 0.04 }]) {
      const context = makeContext(makeMeasurer(machine), { search });
      await tuneWorkloads([makeTask({ size: 130 }), makeTask({ size: 80 })], context, Infinity);
      const [tuned] = await tuneWorkloads([makeTask()], context, Infinity);
      expect(trueNs(tuned?.found?.candidate.point ?? {}, workload) / best).toBeLessThan(1.03);
    }
  },
);
