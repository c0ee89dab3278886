import { expect, test } from "vitest";
import { modelCost } from "../../../passes/prune/index.ts";
import { parseModel } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";

test("parameters and multiply-accumulates follow from shapes; open dimensions count 1", () => {
  const model = parseModel(`opset 17
graph g {
  in %x: float32[N,4,6,6]
  const %w1: float32[8,2,3,3] = random(1)
  const %w2: float32[8,3,2,2] = random(2)
  const %w3: float32[432,5] = random(3)
  const %w4: float32[1,7] = random(4)
  const %target: int64[2] = [-1, 432]
  %c = Conv(%x, %w1) {group=2, pads=[1, 1, 1, 1]}
  %t = ConvTranspose(%c, %w2) {strides=[2, 2]}
  %f = Flatten(%t)
  %m = MatMul(%f, %w3)
  %y = Gemm(%m, %w4) {transA=1}
  out %y
}`);
  inferTypes(model);
  expect(modelCost(model)).toEqual({
    parameters: 8 * 2 * 9 + 8 * 3 * 4 + 432 * 5 + 7,
    macs: 8 * 36 * 2 * 9 + 8 * 36 * 3 * 4 + 432 * 5 + 5 * 7,
  });
});
