import { expect, test } from "vitest";
import { elementsOf, parseModel, tensorFromElements } from "../../../src/ir/index.ts";
import type { Tensor } from "../../../src/ir/index.ts";
import { batchDim, batchFeeds, requireBatch } from "../../../src/recipes/commands/batch-feeds.ts";
import { codeOf } from "../../data/code-of.ts";

const model = (inputs: string): ReturnType<typeof parseModel> =>
  parseModel(`opset 17 graph g { ${inputs} %y = Relu(%x) out %y }`);

test("the batch of a model is its inputs' first dimension", () => {
  expect(batchDim(model("in %x: float32[N, 4]"))).toEqual({ dynamic: true });
  expect(batchDim(model("in %x: float32[1, 4]"))).toEqual({ fixed: 1 });
  expect(batchDim(model("in %x: float32[N, 4] in %z: float32[3, 4]"))).toHaveProperty("none");
  expect(batchDim(model("in %x: float32[]"))).toHaveProperty("none");
  const text = parseModel("opset 17 graph g { in %x: string[N] %y = Identity(%x) out %y }");
  expect(batchDim(text)).toEqual({ none: expect.stringContaining("text") });
});

test("a batch that the model does not take is refused, and its own is not", async () => {
  expect(await codeOf(() => requireBatch(model("in %x: float32[1, 4]"), 8))).toBe("IO0904");
  requireBatch(model("in %x: float32[1, 4]"), 1);
  requireBatch(model("in %x: float32[N, 4]"), 8);
});

test("samples are joined in turns, and no more of them than fit", () => {
  const sample = (rows: readonly number[]): ReadonlyMap<string, Tensor> =>
    new Map([["x", tensorFromElements("float32", [rows.length, 1], Float32Array.from(rows))]]);
  const joined = batchFeeds([sample([1, 2]), sample([3])], 4).get("x") as Tensor;
  expect(joined.shape).toEqual([4, 1]);
  expect([...(elementsOf(joined) as Float32Array)]).toEqual([1, 2, 3, 1]);
});

test("a batch beyond all memory is refused before it is made", async () => {
  const sample = new Map([["x", tensorFromElements("float32", [1, 1024], new Float32Array(1024))]]);
  expect(await codeOf(() => batchFeeds([sample], 1e6))).toBe("IO0904");
  expect((batchFeeds([sample], 8).get("x") as Tensor).shape).toEqual([8, 1024]);
});
