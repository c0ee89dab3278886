import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RuntimeValue, Tensor } from "../../src/ir/index.ts";
import { isTensor, parseModel, tensorFromNumbers } from "../../src/ir/index.ts";
import { encodeBigints, encodeReals, realsOf, scalarsOf } from "../../src/reference/numeric.ts";
import { runModel } from "../../src/reference/index.ts";

/** Runs one line of the text form over inputs named a, b, c … */
function apply(line: string, inputs: readonly Tensor[], opset = 21): Tensor {
  const names = inputs.map((_, i) => "abcdefgh"[i] as string);
  const declared = inputs.map(({ dtype, shape }, i) => `in %${names[i]}: ${dtype}[${shape.join(",")}]`);
  const model = parseModel(
    `opset ${opset}\nopset ai.onnx.ml 3\ngraph g {\n${declared.join("\n")}\n%y = ${line}\nout %y\n}`,
  );
  const result = runModel(
    model,
    new Map<string, RuntimeValue>(inputs.map((tensor, i) => [names[i] as string, tensor])),
  ).get("y");
  if (!isTensor(result)) throw new TypeError("no tensor");
  return result;
}
const float = (shape: number[], values: number[]): Tensor => tensorFromNumbers("float32", shape, values);
const numbers = (tensor: Tensor): number[] => [...realsOf(tensor)];

test("what rounds to zero keeps its sign", () => {
  const x = float([5], [-0.3, -0.5, 0.3, -0, -1.5]);
  expect(numbers(apply("Round(%a)", [x]))).toEqual([-0, -0, 0, -0, -2]);
});

test("integers wrap and divide toward zero, 64-bit ones exactly", () => {
  const int32 = (...values: number[]): Tensor => tensorFromNumbers("int32", [values.length], values);
  const int64 = (...values: bigint[]): Tensor => encodeBigints("int64", [values.length], values);
  expect(numbers(apply("Mul(%a, %b)", [int32(65537, 2 ** 30), int32(65537, 4)]))).toEqual([131073, 0]);
  expect(numbers(apply("Div(%a, %b)", [int32(-7, 7, 5), int32(2, -2, 0)]))).toEqual([-3, -3, 0]);
  expect(numbers(apply("Mod(%a, %b)", [int32(-7, 7), int32(3, -3)]))).toEqual([2, -2]);
  expect(numbers(apply("Mod(%a, %b) {fmod=1}", [int32(-7, 7), int32(3, -3)]))).toEqual([-1, 1]);
  const big = 2n ** 62n + 1n;
  expect([...Array.from(scalarsOf(apply("Add(%a, %b)", [int64(big), int64(2n)])))]).toEqual([big + 2n]);
  expect([...Array.from(scalarsOf(apply("Pow(%a, %b)", [int64(3n, -1n, 2n), int64(39n, -3n, -1n)])))]).toEqual([
    3n ** 39n,
    -1n,
    0n,
  ]);
  expect([...Array.from(scalarsOf(apply("ReduceProd(%a) {keepdims=0}", [int64(3n ** 20n, 3n ** 19n)])))]).toEqual([
    3n ** 39n,
  ]);
});

test("before opset 7 the second operand starts at the axis named", () => {
  const y = apply("Add(%a, %b) {axis=1, broadcast=1}", [float([1, 2, 2], [0, 0, 0, 0]), float([2], [1, 2])], 6);
  expect(numbers(y)).toEqual([1, 1, 2, 2]);
});

test("a sum of products is the same by MatMul, Gemm and Einsum", () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(
    fc.property(sizes, fc.infiniteStream(fc.integer({ min: -9, max: 9 })), ([m, k, n], stream) => {
      const draw = (count: number): number[] => Array.from({ length: count }, () => stream.next().value as number);
      const [a, b] = [float([m, k], draw(m * k)), float([k, n], draw(k * n))];
      const product = numbers(apply("MatMul(%a, %b)", [a, b]));
      expect(numbers(apply("Gemm(%a, %b)", [a, b]))).toEqual(product);
      expect(numbers(apply('Einsum(%a, %b) {equation="ij,jk->ik"}', [a, b]))).toEqual(product);
      const turned = apply("Transpose(%b) {perm=[1,0]}", [a, b]);
      expect(numbers(apply("Gemm(%a, %b) {transB=1}", [a, turned]))).toEqual(product);
    }),
    { numRuns: 30 },
  );
});

test("quantizing rounds to even and saturates; dequantizing undoes it on the grid", () => {
  const zero = tensorFromNumbers("int8", [], [0]);
  const x = float([6], [0.5, 1.5, 2.5, -0.5, 200, -200]);
  expect(numbers(apply("QuantizeLinear(%a, %b, %c)", [x, float([], [1]), zero]))).toEqual([0, 2, 2, 0, 127, -128]);
  const scales = float([2], [0.5, 0.25]);
  const zeros = tensorFromNumbers("uint8", [2], [10, 20]);
  const grid = tensorFromNumbers("uint8", [2, 3], [0, 10, 255, 0, 20, 255]);
  const decoded = apply("DequantizeLinear(%a, %b, %c) {axis=0}", [grid, scales, zeros]);
  expect(numbers(decoded)).toEqual([-5, 0, 122.5, -5, 0, 58.75]);
  expect(numbers(apply("QuantizeLinear(%a, %b, %c) {axis=0}", [decoded, scales, zeros]))).toEqual(numbers(grid));
});

test("blocks share a scale along their axis", () => {
  const codes = encodeReals("int4", [1, 4], [1, 2, 3, -4]);
  const y = apply("DequantizeLinear(%a, %b) {axis=1, block_size=2}", [codes, float([1, 2], [10, 100])]);
  expect(numbers(y)).toEqual([10, 20, 300, -400]);
});

test("the error function is exact to double precision at known points", () => {
  const x = tensorFromNumbers("float64", [6], [0, 0.5, 1, 2.4, 3, 5]);
  const expected = [
    0, 0.5204998778130465, 0.8427007929497149, 0.9993114861033549, 0.9999779095030014, 0.9999999999984626,
  ];
  numbers(apply("Erf(%a)", [x])).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 14));
});

test("TopK, ArgMax and Unique take the first among equals", () => {
  const x = float([5], [3, 1, 3, 2, 1]);
  const k = encodeBigints("int64", [1], [3n]);
  expect(numbers(apply("ArgMax(%a) {keepdims=0}", [x]))).toEqual([0]);
  expect(numbers(apply("ArgMax(%a) {keepdims=0, select_last_index=1}", [x]))).toEqual([2]);
  expect(numbers(apply("TopK(%a, %b)", [x, k]))).toEqual([3, 3, 2]);
  expect(numbers(apply("TopK(%a, %b) {largest=0}", [x, k]))).toEqual([1, 1, 2]);
  expect(numbers(apply("Unique(%a) {sorted=0}", [x]))).toEqual([3, 1, 2]);
});

test("a reduction of nothing is its neutral element", () => {
  const empty = float([2, 0], []);
  expect(numbers(apply("ReduceMax(%a) {axes=[1], keepdims=0}", [empty], 13))).toEqual([-Infinity, -Infinity]);
  const axes = encodeBigints("int64", [1], [1n]);
  expect(numbers(apply("ReduceSum(%a, %b) {keepdims=0}", [empty, axes]))).toEqual([0, 0]);
  expect(numbers(apply("ReduceSum(%a) {noop_with_empty_axes=1}", [float([2], [1, 2])]))).toEqual([1, 2]);
});

test("decision trees vote", () => {
  const trees =
    "nodes_treeids=[0,0,0], nodes_nodeids=[0,1,2], nodes_featureids=[1,0,0], nodes_values=[0.5,0.0,0.0], " +
    'nodes_modes=["BRANCH_LEQ","LEAF","LEAF"], nodes_truenodeids=[1,0,0], nodes_falsenodeids=[2,0,0], ' +
    "target_treeids=[0,0], target_nodeids=[1,2], target_ids=[0,0], target_weights=[10.0,20.0], n_targets=1, base_values=[1.0]";
  const y = apply(`ai.onnx.ml::TreeEnsembleRegressor(%a) {${trees}}`, [float([2, 2], [9, 0.5, 9, 0.6])]);
  expect(numbers(y)).toEqual([11, 21]);
});

test("a reduction without axes and with noop applies its function to each element", () => {
  const noop = (op: string): number[] => numbers(apply(`${op}(%a) {noop_with_empty_axes=1}`, [float([2], [-2, 3])]));
  expect([noop("ReduceSumSquare"), noop("ReduceL1")]).toEqual([
    [4, 9],
    [2, 3],
  ]);
});
