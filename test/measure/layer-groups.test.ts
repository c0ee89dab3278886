import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimedPiece } from "../../src/measure/index.ts";
import { groupLayers } from "../../src/measure/index.ts";

const piece = (...nodes: readonly string[]): TimedPiece => ({ ns: 1, nodes });

test("one to one where both run the same nodes", () => {
  expect(groupLayers([piece("a"), piece("b")], [piece("b"), piece("a")])).toEqual([
    { ours: [0], theirs: [1] },
    { ours: [1], theirs: [0] },
  ]);
});

test("what theirs runs in several nodes, such as a convolution and its activation, is one group with ours", () => {
  expect(groupLayers([piece("conv", "sigmoid", "mul")], [piece("conv"), piece("sigmoid"), piece("mul")])).toEqual([
    { ours: [0], theirs: [0, 1, 2] },
  ]);
});

test("what theirs fuses across two of our steps ties the two together", () => {
  expect(
    groupLayers([piece("matmul"), piece("gelu"), piece("next")], [piece("matmul", "gelu"), piece("next")]),
  ).toEqual([
    { ours: [0, 1], theirs: [0] },
    { ours: [2], theirs: [1] },
  ]);
});

test("a dequantizer that many steps read ties none of them together", () => {
  const ours = [piece("dq", "conv1", "q1"), piece("dq", "conv2", "q2")];
  expect(groupLayers(ours, [piece("conv1", "dq"), piece("conv2")])).toEqual([
    { ours: [0], theirs: [0] },
    { ours: [1], theirs: [1] },
  ]);
  expect(groupLayers(ours, [piece("dq")])).toEqual([{ ours: [0, 1], theirs: [0] }]);
});

test("a step that theirs computes within something else joins its neighbour", () => {
  const ours = [piece("conv"), piece("relu"), piece()];
  expect(groupLayers(ours, [piece("conv")], (step) => (step === 1 ? 0 : 1))).toEqual([
    { ours: [0, 1, 2], theirs: [0] },
  ]);
  expect(groupLayers(ours, [piece("conv")])).toEqual([
    { ours: [0], theirs: [0] },
    { ours: [1], theirs: [] },
    { ours: [2], theirs: [] },
  ]);
});

test("every step is in one group; every node of theirs in one, unless it stands for nothing of ours", () => {
  const pieces = fc.array(
    fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 3 }).map((nodes) => piece(...nodes)),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(pieces, pieces, (ours, theirs) => {
      const groups = groupLayers(ours, theirs);
      expect(groups.flatMap((group) => group.ours).sort()).toEqual([...ours.keys()]);
      const known = new Set(ours.flatMap(({ nodes }) => nodes));
      const told = [...theirs.keys()].filter((at) => theirs[at]!.nodes.some((node) => known.has(node)));
      expect(groups.flatMap((group) => group.theirs).sort()).toEqual(told);
    }),
  );
});
