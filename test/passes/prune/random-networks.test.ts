import { expect, test } from "vitest";
import { parseModel } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { compareValues } from "../../../src/pipeline/compare.ts";
import { runModel } from "../../../src/reference/index.ts";
import { randomFeeds } from "../fixture-case.ts";
import { bothWays, shrunkSets } from "./both-ways.ts";
import { randomNetwork } from "./random-network.ts";

test("masked equals shrunk on random networks", () => {
  let shrunkTotal = 0;
  let smaller = 0;
  const count = 150;
  for (let seed = 1; seed <= count; seed++) {
    const text = randomNetwork(seed);
    const model = parseModel(text);
    expect(inferTypes(model).problems).toEqual([]);
    const { plan, masked, shrunk } = bothWays(model, { sparsity: 0.4, multiple: 1 + (seed % 4), minKept: 1 });
    const feeds = randomFeeds(model, {}, seed);
    const comparison = compareValues(runModel(masked, feeds), runModel(shrunk, feeds), "tolerance");
    expect(comparison.verdict, `seed ${seed}: ${comparison.detail}\n${text}`).not.toBe("mismatch");
    shrunkTotal += Object.keys(shrunkSets(plan)).length;
    if (plan.after.parameters < 0.9 * plan.before.parameters) smaller++;
  }
  expect(shrunkTotal, "networks are pruned in several places each").toBeGreaterThan(3 * count);
  expect(smaller).toBeGreaterThan(0.9 * count);
});
