import { expect, test } from "vitest";
import { describePrecision, explainPrecision } from "../../../src/recipes/precision/precision-report.ts";
import type { TrialRecord } from "../../../src/schedule/index.ts";

const groups = ["a", "b"].map((name) => ({ name, units: [] }));
const alternatives = ["x", "y", "z"].map((name) => ({ name, summary: `${name} for w`, places: 2 }));
const times = groups.map(({ name }) => ({ name, floatNs: 0, int8Ns: 0 }));

function trial(point: Readonly<Record<string, number>>, ns: number): TrialRecord {
  const times = { min: ns, median: ns, p90: ns, n: 9, mode: "interleaved" };
  return {
    point,
    code: JSON.stringify(point),
    status: "ok",
    at: "1",
    template: "t",
    ns: times,
    reference: { ns: 10 },
  } as unknown as TrialRecord;
}

test("each other spelling is told with what the network takes without it, or with it", () => {
  const trials = [
    trial({ a: 1, b: 1, x: 0, y: 0, z: 0 }, 120),
    trial({ a: 1, b: 1, x: 1, y: 0, z: 0 }, 100),
    trial({ a: 1, b: 0, x: 0, y: 1, z: 0 }, 150),
  ];
  const chosen = { int8: new Set(["a", "b"]), rewrites: new Set(["x"]) };
  const report = explainPrecision({ space: { groups, alternatives }, times, trials }, chosen, "best");
  expect(report.rewrites?.map(({ name, taken, otherwise }) => [name, taken, otherwise])).toEqual([
    ["x", true, 1.2],
    ["y", false, undefined],
    ["z", false, undefined],
  ]);
  expect([report.int8Ns, report.floatNs, report.chosenNs]).toEqual([120, undefined, 100]);
  expect(report.mixtures?.map(({ rewrites }) => rewrites)).toEqual([undefined, ["x"], ["y"]]);
  const lines = describePrecision(report);
  expect(lines.filter((line) => /taken x, 2 places: .*20.0 % longer without it/.test(line))).toHaveLength(1);
  expect(lines.filter((line) => /left\s+y, 2 places: .*1 was timed/.test(line))).toHaveLength(1);
  expect(lines.filter((line) => /left\s+z, 2 places: not tried/.test(line))).toHaveLength(1);
});
