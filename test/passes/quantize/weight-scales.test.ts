import { expect, test } from "vitest";
import { numbersOf, tensorFromNumbers } from "../../../src/ir/index.ts";
import { bestScales, channelLayout } from "../../../src/quant/index.ts";
import type { WeightedOperator } from "../../../passes/quantize/selection.ts";
import { weightScalesOf } from "../../../passes/quantize/weight-scales.ts";

const tensor = tensorFromNumbers("float32", [4, 3], [0.1, -0.7, 0.3, 1, 2, 3.3, -4, 0.5, 0.25, 9, 8, 7.1]);
const operator = (channelAxis: number | undefined): WeightedOperator =>
  ({ weights: { name: "w", constant: tensor }, channelAxis }) as unknown as WeightedOperator;

test("scales of the same weights are found once, for each axis and each greatest magnitude", () => {
  const found = weightScalesOf(operator(0), 127);
  expect(weightScalesOf(operator(0), 127)).toBe(found);
  for (const axis of [0, 1, undefined])
    for (const largest of [127, 63])
      expect(weightScalesOf(operator(axis), largest)).toEqual(
        bestScales(numbersOf(tensor), channelLayout(tensor.shape, axis), largest),
      );
});
