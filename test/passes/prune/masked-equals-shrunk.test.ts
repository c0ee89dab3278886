import { expect, test } from "vitest";
import { parseModel } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { compareValues } from "../../../src/pipeline/compare.ts";
import { runModel } from "../../../src/reference/index.ts";
import { randomFeeds } from "../fixture-case.ts";
import { bothWays, shrunkSets } from "./both-ways.ts";

/** Prunes both ways, compares the outputs on random inputs, and returns the sets and what is locked. */
function check(text: string): { readonly sets: Record<string, string>; readonly locked: readonly string[] } {
  const model = parseModel(text);
  expect(inferTypes(model).problems).toEqual([]);
  const { plan, masked, shrunk } = bothWays(model);
  for (const seed of [1, 2]) {
    const feeds = randomFeeds(model, { dims: { N: 2 } }, seed);
    const comparison = compareValues(runModel(masked, feeds), runModel(shrunk, feeds), "tolerance");
    expect(comparison.verdict, comparison.detail).not.toBe("mismatch");
  }
  return {
    sets: shrunkSets(plan),
    locked: plan.locked.map(({ node, reason, channels }) => `${node} ${channels}: ${reason}`),
  };
}

test("a residual network with BatchNormalization of its own", () => {
  const { sets, locked } = check(`opset 17
graph g {
  in %x: float32[N,3,6,6]
  const %w1: float32[10,3,3,3] = random(1)
  const %s1: float32[10] = random(2)
  const %b1: float32[10] = random(3)
  const %m1: float32[10] = random(4)
  const %v1: float32[10] = positive(5)
  const %w2: float32[8,10,3,3] = random(6)
  const %w3: float32[10,8,3,3] = random(7)
  const %b3: float32[10] = random(8)
  const %w4: float32[5,10] = random(9)
  %c1 = Conv(%x, %w1) {pads=[1, 1, 1, 1]} @stem
  %n1 = BatchNormalization(%c1, %s1, %b1, %m1, %v1)
  %r1 = Relu(%n1)
  %c2 = Conv(%r1, %w2) {pads=[1, 1, 1, 1]} @first
  %r2 = Relu(%c2)
  %c3 = Conv(%r2, %w3, %b3) {pads=[1, 1, 1, 1]} @second
  %a = Add(%c3, %r1)
  %p = GlobalAveragePool(%a)
  %f = Flatten(%p)
  %y = Gemm(%f, %w4) {transB=1} @classifier
  out %y
}`);
  expect(sets).toEqual({ "stem+second": "10>6", first: "8>5" });
  expect(locked).toEqual(["y 5: it is an output of the model"]);
});

test("depthwise convolution, squeeze-excite and SiLU", () => {
  const { sets } = check(`opset 17
graph g {
  in %x: float32[N,3,6,6]
  const %w1: float32[20,3,1,1] = random(1)
  const %w2: float32[20,1,3,3] = random(2)
  const %b2: float32[20] = random(3)
  const %w3: float32[5,20,1,1] = random(4)
  const %w4: float32[20,5,1,1] = random(5)
  const %b4: float32[20] = random(6)
  const %w5: float32[4,20,1,1] = random(7)
  %c1 = Conv(%x, %w1) @expand
  %g1 = Sigmoid(%c1)
  %s1 = Mul(%c1, %g1)
  %c2 = Conv(%s1, %w2, %b2) {group=20, pads=[1, 1, 1, 1]} @depthwise
  %g2 = Sigmoid(%c2)
  %s2 = Mul(%c2, %g2)
  %p = GlobalAveragePool(%s2)
  %c3 = Conv(%p, %w3) @squeeze
  %r3 = Relu(%c3)
  %c4 = Conv(%r3, %w4, %b4) @excite
  %g4 = HardSigmoid(%c4)
  %s4 = Mul(%s2, %g4)
  %y = Conv(%s4, %w5) @project
  out %y
}`);
  expect(sets).toEqual({ "expand+depthwise+excite": "20>16", squeeze: "5>3" });
});

test("Concat of branches, joined to one convolution by a sum", () => {
  const { sets } = check(`opset 17
graph g {
  in %x: float32[N,2,5,5]
  const %w1: float32[10,2,1,1] = random(1)
  const %w2: float32[5,2,3,3] = random(2)
  const %w3: float32[15,17,1,1] = random(3)
  const %w4: float32[4,15,1,1] = random(4)
  const %half: float32[] = [0.5]
  const %perchannel: float32[15,1,1] = random(5)
  %a = Conv(%x, %w1) @one
  %b = Conv(%x, %w2) {pads=[1, 1, 1, 1]} @three
  %c = Concat(%a, %b, %x) {axis=1} @join
  %d = Conv(%c, %w3) @mix
  %ab = Concat(%a, %b) {axis=-3} @again
  %e = Add(%d, %ab)
  %f = Mul(%e, %half)
  %g = Sub(%f, %perchannel)
  %y = Conv(%g, %w4) @last
  out %y
}`);
  expect(sets).toEqual({ "one+mix": "10>6", "three+mix": "5>3" });
});

test("Flatten, reshapes with fixed targets and fully connected layers", () => {
  const { sets } = check(`opset 17
graph g {
  in %x: float32[3,2,4,4]
  const %w1: float32[10,2,3,3] = random(1)
  const %t1: int64[2] = [3, 160]
  const %t2: int64[4] = [0, 10, 4, -1]
  const %w2: float32[160,8] = random(2)
  const %b2: float32[1,8] = random(3)
  const %w3: float32[4,8] = random(4)
  %c1 = Conv(%x, %w1) {pads=[1, 1, 1, 1]} @conv
  %f1 = Reshape(%c1, %t1)
  %u1 = Reshape(%f1, %t2)
  %r1 = Relu(%u1)
  %f2 = Flatten(%r1)
  %h = Gemm(%f2, %w2, %b2) @hidden
  %r2 = Tanh(%h)
  %y = Gemm(%r2, %w3) {transB=1} @last
  out %y
}`);
  expect(sets).toEqual({ conv: "10>6", hidden: "8>5" });
});

test("the hidden layer of a transformer's MLP, with GELU spelled out; the residual stream stays", () => {
  const { sets, locked } = check(`opset 17
graph g {
  in %x: float32[N,4,6]
  const %w1: float32[6,20] = random(1)
  const %b1: float32[20] = random(2)
  const %w2: float32[20,6] = random(3)
  const %b2: float32[6] = random(4)
  const %root2: float32[] = [1.41421356]
  const %one: float32[] = [1.0]
  const %half: float32[1] = [0.5]
  %m1 = MatMul(%x, %w1) @up
  %a1 = Add(%b1, %m1)
  %d = Div(%a1, %root2)
  %e = Erf(%d)
  %p = Add(%e, %one)
  %q = Mul(%a1, %p)
  %r = Mul(%q, %half)
  %m2 = MatMul(%r, %w2) @down
  %a2 = Add(%m2, %b2)
  %y = Add(%a2, %x) @residual
  out %y
}`);
  expect(sets).toEqual({ up: "20>16" });
  expect(locked).toEqual(['residual 6: it combines them with "x", whose channels stay']);
});

test("Split, Slice, grouped convolution, NHWC islands, Resize by sizes, Pad and reductions", () => {
  const { sets } = check(
    `opset 17
graph g {
  in %x: float32[2,3,4,4]
  const %w1: float32[20,3,1,1] = random(1)
  const %w2: float32[12,2,3,3] = random(2)
  const %w3: float32[12,12,2,2] = random(15)
  const %w4: float32[12,4] = random(7)
  const %alpha: float32[12,1,1] = random(5)
  const %nhwc: float32[12] = positive(6)
  const %sizes: int64[4] = [2, 12, 8, 8]
  const %pads: int64[8] = [0, 0, 1, 1, 0, 0, 1, 1]
  const %starts: int64[2] = [8, 0]
  const %ends: int64[2] = [20, 9223372036854775807]
  const %axes: int64[2] = [1, 3]
  %c1 = Conv(%x, %w1) @wide
  %p1, %p2 = Split(%c1) {axis=1} @halves
  %j = Concat(%p2, %p1) {axis=1}
  %s = Slice(%j, %starts, %ends, %axes) @tail
  %c2 = Conv(%s, %w2) {group=6, pads=[1, 1, 1, 1]} @grouped
  %r = PRelu(%c2, %alpha)
  %t = Transpose(%r) {perm=[0, 2, 3, 1]}
  %v = Div(%t, %nhwc)
  %u = Transpose(%v) {perm=[0, 3, 1, 2]}
  %z = Resize(%u, _, _, %sizes) {mode="nearest"}
  %d = Pad(%z, %pads)
  %k = ConvTranspose(%d, %w3) {strides=[2, 2]} @up
  %m = ReduceMean(%k) {axes=[2, 3], keepdims=0}
  %g = Softmax(%k) {axis=2}
  %n = ReduceMax(%g) {axes=[-1, 2], keepdims=0}
  %o = Mul(%m, %n)
  %y = MatMul(%o, %w4) @last
  out %y
}`,
  );
  expect(sets).toEqual({ "wide+halves+tail+grouped": "5>3", "wide+halves": "8>5", up: "12>8" });
});

test("a large weight that several layers read is cut alike for all", () => {
  const model = parseModel(`opset 17
graph g {
  in %x: float32[1,64]
  const %w: float32[64,64] = random(1)
  const %v: float32[64,4] = random(2)
  %a = MatMul(%x, %w) @a
  %b = Tanh(%a)
  %c = MatMul(%x, %w) @c
  %d = Mul(%c, %b)
  %y = MatMul(%d, %v) @e
  const %u: float32[64,64] = random(3)
  const %i: int64[2] = [0, 1]
  %f = MatMul(%x, %u) @f
  %g = Relu(%f)
  const %o: float32[64,4] = random(4)
  %h = MatMul(%g, %o) @h
  %k = Gather(%u, %i) {axis=1}
  %z = MatMul(%x, %k)
  out %y
  out %h
  out %z
}`);
  const { plan, shrunk } = bothWays(model);
  expect(shrunkSets(plan)).toEqual({ "a+c": "64>40" });
  expect(plan.locked.find(({ members }) => members.includes("f"))?.reason).toContain('needs "u" whole');
  expect(shrunk.graph.constants.size).toBe(model.graph.constants.size);
});
