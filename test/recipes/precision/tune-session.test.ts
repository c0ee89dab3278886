import { expect, test } from "vitest";
import { notBelowDefaults } from "../../../src/recipes/precision/tune-session.ts";
import type { Point } from "../../../src/schedule/index.ts";

test("nobody is advised to session options that ran in more time than the defaults", () => {
  const [seed, found] = [{ threads: 2 }, { threads: 1 }];
  const chosenAt = (ns: readonly [number | undefined, number | undefined]): Point =>
    notBelowDefaults(found, seed, (point) => (point === seed ? ns[0] : ns[1]), "best of 8").chosen;
  expect(chosenAt([100, 70])).toBe(found);
  expect(chosenAt([73, 100])).toBe(seed);
  expect(chosenAt([undefined, 100])).toBe(found);
  expect(notBelowDefaults(found, seed, ({ threads }) => 10 / (threads ?? 1), "best of 8").reason).toBe(
    "best of 8; the defaults ran in less time",
  );
});
