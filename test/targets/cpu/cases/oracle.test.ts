import { expect, test } from "vitest";
import { makeOracle } from "../../../../targets/cpu/cases/oracle.ts";
import { countTurns } from "../../../events/count-turns.ts";

const busy = (ms: number): void => {
  for (const start = performance.now(); performance.now() - start < ms;) continue;
};

test("parts are computed once, in order; keys have their turn between those that take long", async () => {
  const turns = countTurns();
  const at: number[] = [];
  const oracle = makeOracle(
    () => [1, 2, 3],
    (part) => {
      busy(60);
      at.push(turns.count);
      return part * 10;
    },
  );
  await oracle.prepare();
  expect(new Set(at).size).toBe(3);
  expect(oracle.results()).toEqual([10, 20, 30]);
  expect(oracle.results()).toEqual([10, 20, 30]);
  await oracle.prepare();
  expect(at).toHaveLength(3);
  turns.stop();
});

test("who does not prepare has the same results, at once", () => {
  let computed = 0;
  const oracle = makeOracle(
    () => ["a", "b"],
    (part) => `${part}${++computed}`,
  );
  expect(oracle.results()).toEqual(["a1", "b2"]);
  expect(oracle.results()).toEqual(["a1", "b2"]);
  expect(computed).toBe(2);
});
