import fc from "fast-check";
import { expect, test } from "vitest";
import type { Candidate, Point, Space } from "../../src/schedule/index.ts";
import { legalPoints, makeCandidatePool, neighbours, pointText, snapPoint } from "../../src/schedule/index.ts";
import { makeTemplate, tileSpace } from "./fake-device.ts";
import { device } from "./records.ts";

const spaces = fc
  .uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 })
  .chain((names) =>
    fc.record({
      parameters: fc.tuple(
        ...names.map((name) =>
          fc
            .uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 })
            .map((values) => ({ name, values })),
        ),
      ),
      divisor: fc.integer({ min: 1, max: 4 }),
    }),
  )
  .map(({ parameters, divisor }): Space => {
    const legal = (point: Point): boolean => Object.values(point).reduce((a, b) => a + b, 0) % divisor !== 1;
    return { parameters, legal };
  });

test("every legal point comes once, in the order of parameters and values", () => {
  fc.assert(
    fc.property(spaces, (space) => {
      const points = [...legalPoints(space)];
      const digits = (point: Point): number =>
        space.parameters.reduce((sum, { name, values }) => sum * 10 + values.indexOf(point[name] as number), 0);
      expect(points.every((point) => space.legal(point))).toBe(true);
      expect(points.map(digits)).toEqual([...new Set(points.map(digits))].sort((a, b) => a - b));
      let all: Point[] = [{}];
      for (const { name, values } of space.parameters)
        all = all.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
      expect(points.length).toBe(all.filter((point) => space.legal(point)).length);
    }),
  );
});

test("a neighbour is legal, differs in one parameter, and no legal value lies between", () => {
  fc.assert(
    fc.property(spaces, (space) => {
      for (const point of legalPoints(space))
        for (const other of neighbours(space, point)) {
          expect(space.legal(other)).toBe(true);
          const changed = space.parameters.filter(({ name }) => point[name] !== other[name]);
          expect(changed).toHaveLength(1);
          const { name, values } = changed[0] as (typeof changed)[number];
          const ends = [values.indexOf(point[name] as number), values.indexOf(other[name] as number)];
          const between = values.slice(Math.min(...ends) + 1, Math.max(...ends));
          expect(between.some((value) => space.legal({ ...point, [name]: value }))).toBe(false);
        }
    }),
  );
});

test("neighbours of an inner point: one below and one above in each parameter, where legal", () => {
  const texts = neighbours(tileSpace, { mr: 6, nr: 4, unroll: 1, prefetch: 8 }).map(pointText);
  expect(texts).toEqual([
    "mr=4,nr=4,prefetch=8,unroll=1",
    "mr=6,nr=3,prefetch=8,unroll=1",
    "mr=6,nr=4,prefetch=8,unroll=2",
    "mr=6,nr=4,prefetch=4,unroll=1",
  ]);
});

test("a point of another space goes to the nearest values, or nowhere when that is not legal", () => {
  expect(snapPoint(tileSpace, { mr: 7, nr: 3, unroll: 16, extra: 5 })).toEqual({
    mr: 8,
    nr: 3,
    unroll: 8,
    prefetch: 0,
  });
  expect(snapPoint(tileSpace, { mr: 16, nr: 6, unroll: 1, prefetch: 0 })).toBeUndefined();
});

test("candidates are ranked by predicted time, equal ones by nearness to the seed, then by text; no number comes last", () => {
  const seed = { mr: 4, nr: 4, unroll: 2, prefetch: 0 };
  const template = makeTemplate({ seed });
  const workload = { op: "tile", size: 64 };
  const { ranked } = makeCandidatePool(workload, [template], device);
  const cost = ranked.map(({ point }) => template.cost(workload, point, device));
  expect(cost).toEqual([...cost].sort((a, b) => a - b));
  const equals = ranked
    .filter(({ point }) => point["mr"] === 4 && point["nr"] === 4)
    .map(({ point }) => pointText(point));
  expect(equals.slice(0, 3)).toEqual(
    [seed, { ...seed, prefetch: 0, unroll: 1 }, { ...seed, unroll: 4 }].map(pointText),
  );
  const blind = { ...template, cost: (_: unknown, point: Point) => (point["mr"] === 1 ? NaN : 1) };
  const mr = makeCandidatePool(workload, [blind], device).ranked.map(({ point }) => point["mr"]);
  expect(mr.lastIndexOf(2)).toBeLessThan(mr.indexOf(1));
});

test("a pool ranks nothing before it is asked to: many are opened whose budget is gone", () => {
  let asked = 0;
  const legal = (point: Point): boolean => ++asked > 0 && tileSpace.legal(point);
  const counting = { ...makeTemplate(), space: () => ({ ...tileSpace, legal }) };
  const pool = makeCandidatePool({ op: "tile", size: 64 }, [counting], device);
  expect(pool.seeds.length).toBe(1);
  expect(asked).toBe(0);
  expect(pool.ranked.length).toBeGreaterThan(1);
  const ranked = asked;
  expect(pool.find(pool.ranked[0] as Candidate)).toBe(pool.ranked[0]);
  expect(asked).toBe(ranked);
});
