import { expect, test } from "vitest";
import type { TuneResult } from "../../../bench/tune/measure-case.ts";
import { printTotals, totalsOf } from "../../../bench/tune/print-tuning.ts";
import type { SpeedRatio } from "../../../src/measure/index.ts";

const speed = (ratio: number, paired: number, pairedHigh = paired + 0.01): SpeedRatio => ({
  ...{ ratio, low: ratio - 0.01, high: ratio + 0.01 },
  ...{ paired, pairedLow: paired - 0.01, pairedHigh },
});

const result = (model: string, against: Readonly<Record<string, SpeedRatio>>): TuneResult => ({
  ...{ model, written: "int8", tuning: undefined, seconds: 1, failures: {} },
  warm: { seconds: 1, isSame: true, measured: "replayed" },
  threads: [{ threads: 2, noise: 0.01, rounds: 14, times: {}, against }],
});

test("slower is what pairs and least times both call slower, beyond 3 % and surely", () => {
  const { slower, slowerThanPeers } = totalsOf([
    result("both", { original: speed(2, 2), int8: speed(0.95, 0.94) }),
    result("pairs alone", { original: speed(2, 2), int8: speed(1.03, 0.94) }),
    result("least times alone", { original: speed(0.94, 1), int8: speed(1, 1) }),
    result("within noise", { original: speed(1, 1), int8: speed(0.96, 0.96, 1.02) }),
    result("slower than a peer", { original: speed(2, 2), int8: speed(1, 1), ort: speed(0.9, 0.9), nncf: speed(2, 2) }),
  ]);
  expect(slower).toEqual(["both at 2t"]);
  expect(slowerThanPeers).toEqual(["slower than a peer at 2t"]);
});

test("geometric means are of the pairs, and the better of the peers counts", () => {
  const totals = totalsOf([
    result("a", { int8: speed(1, 2), ort: speed(1, 4), nncf: speed(1, 2) }),
    result("b", { int8: speed(1, 8) }),
  ]);
  expect(totals.overInt8).toBeCloseTo(4);
  expect(totals.overPeers).toBeCloseTo(2);
  expect(printTotals(totals)).toContain("4.000x (asked: 1.05x), over the better peer 2.000x");
});
