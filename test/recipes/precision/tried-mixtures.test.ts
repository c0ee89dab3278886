import { expect, test } from "vitest";
import { triedMixtures } from "../../../src/recipes/precision/tried-mixtures.ts";
import type { Point, TrialRecord } from "../../../src/schedule/index.ts";

const trial = (at: string, point: Point, min: number | undefined, template = "precision@1"): TrialRecord =>
  ({
    ...{ at, point, template, status: min === undefined ? "verify" : "ok" },
    ...(min === undefined ? {} : { ns: { min } }),
  }) as TrialRecord;

test("mixtures stand in the order of their first trial, once each, with their least time", () => {
  const groups = [{ name: "a" }, { name: "b" }];
  const trials = [
    trial("2", { a: 1, b: 0 }, 8),
    trial("4", { a: 1, b: 1 }, 9),
    trial("1", { a: 1, b: 1 }, 10),
    trial("3", {}, 20, "float@1"),
    trial("5", { a: 0, b: 1 }, undefined),
  ];
  expect(triedMixtures(groups, trials)).toEqual([
    { floatGroups: 0, ns: 9 },
    { floatGroups: 1, ns: 8 },
    { floatGroups: 2, ns: 20 },
    { floatGroups: 1 },
  ]);
});
