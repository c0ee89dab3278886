import { expect, test } from "vitest";
import { parseModel } from "../../../src/ir/index.ts";
import { calibrated, fusedOperators, randomSamples, runQuantize } from "./support.ts";

/** A convolution that makes INT8 values of `%x`, the operators under test, and a convolution that reads INT8 values. */
function between(body: string, shape = "1,8,16,16", constants = ""): string {
  return `opset 18
graph g {
  in %x: float32[${shape}]
  const %w1: float32[8,8,1,1] = random(1)
  const %b1: float32[8] = random(2)
  const %w2: float32[4,8,1,1] = random(3)
  ${constants}
  %c = Conv(%x, %w1, %b1) @first
  ${body}
  %y = Conv(%t, %w2) @last
  out %y
}
`;
}

const scales = "const %scales: float32[4] = [1, 1, 2, 2]";

/** What ONNX Runtime must make of the operators between; anything left in float would show as itself or as a Q/DQ pair. */
const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ["Relu folds", between("%t = Relu(%c)"), []],
  [
    "Clip folds",
    between("%t = Clip(%c, %lo, %hi)", undefined, "const %lo: float32[] = -0.4\n  const %hi: float32[] = 1"),
    [],
  ],
  [
    "Relu6 folds",
    between("%t = Clip(%c, %lo, %hi)", undefined, "const %lo: float32[] = 0\n  const %hi: float32[] = 1"),
    [],
  ],
  ["MaxPool", between("%r = Relu(%c)\n  %t = MaxPool(%r) {kernel_shape=[2, 2]}"), ["MaxPool"]],
  ["AveragePool", between("%t = AveragePool(%c) {kernel_shape=[2, 2]}"), ["QLinearAveragePool"]],
  ["GlobalAveragePool", between("%t = GlobalAveragePool(%c)"), ["QLinearGlobalAveragePool"]],
  ["LeakyRelu", between("%t = LeakyRelu(%c) {alpha=0.1}"), ["QLinearLeakyRelu"]],
  ["SiLU", between("%s = Sigmoid(%c)\n  %t = Mul(%c, %s)"), ["QLinearMul", "QLinearSigmoid"]],
  [
    "squeeze and excite",
    between("%g = GlobalAveragePool(%c)\n  %s = Sigmoid(%g)\n  %t = Mul(%c, %s)"),
    ["QLinearGlobalAveragePool", "QLinearMul", "QLinearSigmoid"],
  ],
  ["residual Add and Relu", between("%s = Add(%c, %x)\n  %t = Relu(%s)"), ["QLinearAdd"]],
  ["Add of a constant", between("%t = Add(%c, %k)", undefined, "const %k: float32[8,1,1] = random(4)"), ["QLinearAdd"]],
  ["Resize nearest", between("%t = Resize(%c, _, %scales)", undefined, scales), ["Resize"]],
  [
    "Split and Concat",
    between("%a, %b = Split(%c) {axis=1, num_outputs=2}\n  %t = Concat(%b, %a) {axis=1}"),
    ["QLinearConcat", "Split"],
  ],
  ["Transpose", between("%t = Transpose(%c) {perm=[0, 1, 3, 2]}"), ["Transpose"]],
  [
    "Slice and Reshape",
    between(
      "%s = Slice(%c, %from, %to, %axis)\n  %t = Reshape(%s, %shape)",
      undefined,
      "const %from: int64[1] = [0]\n  const %to: int64[1] = [8]\n  const %axis: int64[1] = [3]\n  const %shape: int64[4] = [1, 8, 8, 16]",
    ),
    ["Reshape", "Slice"],
  ],
];

test.each(cases)(
  "%s: ONNX Runtime leaves nothing in float between INT8 convolutions",
  async (_name, text, expected) => {
    const model = parseModel(text);
    const { changes } = await runQuantize(model, await calibrated(model, randomSamples(model, 3)));
    expect(changes).toBeGreaterThanOrEqual(2);
    const operators = [...(await fusedOperators(model))].sort();
    const ends = ["DequantizeLinear", "QLinearConv", "QLinearConv", "QuantizeLinear"];
    expect(operators.filter((name) => name !== "Constant")).toEqual([...ends, ...expected].sort());
  },
);

test("a chain of products runs as QGemm, biases inside, and gives float at its end without a step between", async () => {
  const model = parseModel(`opset 18
graph g {
  in %x: float32[4,16]
  const %w1: float32[16,24] = random(1)
  const %b1: float32[24] = random(2)
  const %w2: float32[10,24] = random(3)
  const %b2: float32[10] = random(4)
  %m = MatMul(%x, %w1) @matmul
  %a = Add(%b1, %m) @bias
  %r = Relu(%a) @relu
  %y = Gemm(%r, %w2, %b2) {transB=1} @gemm
  out %y
}
`);
  await runQuantize(model, await calibrated(model, randomSamples(model, 3)));
  const operators = [...(await fusedOperators(model))].sort();
  expect(operators).toEqual(["QGemm", "QGemm", "QuantizeLinear"]);
});

test("an NHWC input is transposed as bytes", async () => {
  const model = parseModel(`opset 13
graph g {
  in %x: float32[1,8,8,3]
  const %w: float32[4,3,3,3] = random(1)
  %t = Transpose(%x) {perm=[0, 3, 1, 2]}
  %y = Conv(%t, %w)
  out %y
}
`);
  await runQuantize(model, await calibrated(model, randomSamples(model, 3)));
  expect(await fusedOperators(model)).toEqual(["QuantizeLinear", "Transpose", "QLinearConv", "DequantizeLinear"]);
});
