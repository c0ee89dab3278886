import { expect, test } from "vitest";
import { gainOver, isGain } from "../../../src/recipes/proof/gain.ts";

test("a gain is the mean over thread counts, and counts where its interval lies above 1", () => {
  const { gain, low } = gainOver([
    [2, 2, 2],
    [0.5, 0.5, 0.5],
  ]);
  expect(gain).toBeCloseTo(1);
  expect(low).toBeCloseTo(1);
  expect(isGain(gainOver([[1.2, 1.3, 1.25]]))).toBe(true);
  expect(isGain(gainOver([[0.7, 1.3, 1.25]]))).toBe(false);
  expect(isGain(gainOver([[1.005, 1.005, 1.005]]))).toBe(false);
});

test("what did not run, at some thread count or at all, gains nothing", () => {
  expect(gainOver([])).toEqual({ gain: 0, low: 0 });
  expect(gainOver([[1.5, 1.5], []])).toEqual({ gain: 0, low: 0 });
});
