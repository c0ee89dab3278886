import { expect, test } from "vitest";
import { guidedSearch, makeCandidatePool } from "../../../src/schedule/index.ts";
import type { TriedCandidate } from "../../../src/schedule/index.ts";
import type { PrecisionPlan } from "../../../targets/index.ts";
import { chosenRewrites, floatTemplate, int8Groups, precisionTemplate } from "../../../targets/index.ts";
import { device } from "../../schedule/records.ts";

const plan: PrecisionPlan = {
  groups: ["a", "b", "c"].map((name, i) => ({ name, floatNs: 500, int8Ns: [100, 600, 300][i] as number })),
  edges: [],
  rewrites: ["left", "right"],
  identity: (int8, rewrites) => [...int8, "|", ...rewrites].join(" "),
};
const workload = { op: "precision", model: "m" };
const pool = makeCandidatePool(workload, [precisionTemplate(plan), floatTemplate(plan)], device);
const textOf = ({ candidate }: Pick<TriedCandidate, "candidate">): string =>
  plan.identity(int8Groups(plan, candidate.point), chosenRewrites(plan, candidate.point));

test("the first turn has plain INT8, plain float, what is predicted best, and plain INT8 in all other spellings and in each", () => {
  const first = guidedSearch.propose({ pool, related: [], tried: [] }, 8, () => 0.5);
  expect(first.slice(0, 6).map((candidate) => textOf({ candidate }))).toEqual([
    "a b c |",
    "|",
    "a c |",
    "a b c | left right",
    "a b c | left",
    "a b c | right",
  ]);
});

test("what is predicted to be as fast is tried sooner the less it departs, and neighbours reach every spelling", () => {
  const ranked = pool.ranked.map((candidate) => textOf({ candidate }));
  expect(ranked.indexOf("a c |")).toBeLessThan(ranked.indexOf("a c | left"));
  expect(ranked.indexOf("a c | left")).toBeLessThan(ranked.indexOf("a c | left right"));
  const best = pool.ranked[0];
  if (best === undefined) throw new Error("no candidate");
  const around = pool.neighbours(best).map((candidate) => textOf({ candidate }));
  expect(around).toEqual(expect.arrayContaining(["a c | left", "a c | right"]));
  const float = pool.seeds[1];
  if (float === undefined) throw new Error("no seed");
  expect(pool.neighbours(float).map((candidate) => textOf({ candidate }))).toEqual(["| left", "| right"]);
});

test("a plan without other spellings has the parameters that it always had", () => {
  const bare = { ...plan, rewrites: [] };
  const [int8, float] = [precisionTemplate(bare), floatTemplate(bare)];
  expect(int8.seed(workload, device)).toEqual({ a: 1, b: 1, c: 1 });
  expect(float.seed(workload, device)).toEqual({});
  expect(makeCandidatePool(workload, [int8, float], device).openings).toEqual([]);
});
