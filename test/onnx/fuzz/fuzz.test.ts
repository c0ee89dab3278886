import { expect, test } from "vitest";
import { runFuzz } from "./run-fuzz.ts";
import { fuzzSeeds } from "./seeds.ts";

test("300 damaged files end in a model or one clean error, in bounded time and memory", () => {
  const { failures, accepted } = runFuzz(fuzzSeeds(100_000), 300, 1);
  expect(failures).toEqual([]);
  // Neither all refused nor all accepted: the cases reach beyond the first byte, and do damage.
  expect(accepted).toBeGreaterThan(30);
  expect(accepted).toBeLessThan(270);
});
