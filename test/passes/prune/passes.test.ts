import { expect, test } from "vitest";
import { pruneL1Channel, pruneLevel } from "../../../passes/prune/index.ts";
import { numbersOf, parseModel } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { encodeModel, decodeModel } from "../../../src/onnx/index.ts";
import type { PassNote } from "../../../src/pipeline/pass.ts";
import { contextFor } from "../fixture-case.ts";

const network = `opset 17
graph g {
  in %x: float32[1,3,4,4]
  const %w1: float32[64,3,1,1] = random(1)
  const %w2: float32[8,64,1,1] = random(2)
  %a = Conv(%x, %w1) @first
  %b = Relu(%a)
  %y = Conv(%b, %w2) @last
  out %y
}`;

const load = (): ReturnType<typeof parseModel> => {
  const model = parseModel(network);
  inferTypes(model);
  return model;
};

test("channel pruning reports sets, what stays and totals, and remembers the share across a file", async () => {
  const model = load();
  const notes: PassNote[] = [];
  expect(
    (await pruneL1Channel.run(model, contextFor({ ...pruneL1Channel.defaults, sparsity: 0.5 }, {}, notes))).changes,
  ).toBe(1);
  expect(notes.map(({ kind, node, reason }) => `${kind} ${node}: ${reason}`)).toEqual([
    "refusal y: it is an output of the model: 8 channels of last stay",
    "change first: 64 to 32 channels",
    "note g: parameters 704 to 352 (-50.0 %), MACs 11264 to 5632 (-50.0 %)",
  ]);
  const again = decodeModel(await encodeModel(model));
  const later: PassNote[] = [];
  expect(
    (await pruneL1Channel.run(again, contextFor({ ...pruneL1Channel.defaults, sparsity: 0.5 }, {}, later))).changes,
  ).toBe(0);
  expect(later.map(({ reason }) => reason)).toEqual(["a share of 0.5 of the channels is gone already"]);
});

test("a larger share later counts from the original", async () => {
  const model = load();
  for (const sparsity of [0.25, 0.5])
    await pruneL1Channel.run(model, contextFor({ sparsity, multiple: 1, minKept: 1 }, {}, []));
  const weight = [...model.graph.constants].find(({ name }) => name === "w1");
  expect(weight?.constant?.shape).toEqual([32, 3, 1, 1]);
});

test("the filters that stay are those of the largest L1 norm, in their order", async () => {
  const model = load();
  const constantOf = (name: string): number[] => {
    const value = [...model.graph.constants].find((constant) => constant.name === name)?.constant;
    return value === undefined ? [] : Array.from(numbersOf(value));
  };
  const before = constantOf("w1");
  const norms = Array.from({ length: 64 }, (_, i) =>
    before.slice(3 * i, 3 * i + 3).reduce((sum, w) => sum + Math.abs(w), 0),
  );
  const threshold = [...norms].sort((a, b) => b - a)[31] as number;
  await pruneL1Channel.run(model, contextFor({ sparsity: 0.5, multiple: 8, minKept: 1 }, {}, []));
  expect(constantOf("w1")).toEqual(before.filter((_, i) => (norms[Math.floor(i / 3)] as number) >= threshold));
});

test("a share outside of [0, 1) is refused", () => {
  for (const pass of [pruneL1Channel, pruneLevel])
    for (const sparsity of [-0.1, 1, NaN])
      expect(() => pass.run(load(), contextFor({ sparsity, multiple: 8, minKept: 4 }, {}, [])), `${sparsity}`).toThrow(
        "IO0601",
      );
});

test("sparsity 0 changes nothing", async () => {
  for (const pass of [pruneL1Channel, pruneLevel])
    expect((await pass.run(load(), contextFor({ sparsity: 0, multiple: 8, minKept: 4 }, {}, []))).changes).toBe(0);
});

test("level pruning says that the file alone does not get faster", async () => {
  const notes: PassNote[] = [];
  const model = load();
  await pruneLevel.run(model, contextFor({ sparsity: 0.5 }, {}, notes));
  expect(notes.at(-1)).toMatchObject({
    kind: "note",
    reason: "zeros in dense weights save neither bytes nor time by themselves",
  });
  for (const { constant } of model.graph.constants)
    if (constant !== undefined)
      expect(Array.from(numbersOf(constant)).filter((w) => w === 0).length).toBe(numbersOf(constant).length / 2);
});
