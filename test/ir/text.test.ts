import { expect, test } from "vitest";
import type { Tensor } from "../../src/ir/index.ts";
import { hashModel, hashTensor, parseDim, parseModel, printDim, printModel } from "../../src/ir/index.ts";

const text = `ir 8
opset 17
opset com.microsoft 1

graph "the main" {
  in %x: float32[1,3,N,2*N+1]
  in %"a:0": float32[*] = 1
  in %s: seq(optional(int64[?]))
  const %w: float32[2,2] = [0.1, -0, inf, nan]
  const %i: int64[] = -9223372036854775808
  const %t: string[2] = ["a b", "\\"q\\""]
  const %h: bfloat16[1] = [0.5]
  %y: float32[1,3,floor(N/2),?], _, %z = com.microsoft::Thing:v2(%x, _, %w) {alpha=1.0, b=1, bytes=hex"ff00", e=ints[], f=[1.0, 2.5], g=["x", "y"], n=[1, 9223372036854775807], t=int8[2] [1, -1], ty=type float32[N]} @"node one"
  %c: bool[] = Cast(%i) {to=9}
  %r = If(%c) {else_branch=graph e {
      out %y
    }, then_branch=graph t {
      const %k: float32[] = 0.00001
      %inner = Add(%y, %k)
      out %inner
    }} @if
  out %r
  out %z
}

function my.domain::Op:o {
  opset 17
  attribute beta
  attribute alpha = 1.0
  in %X
  %Y = Elu(%X) {alpha=ref alpha 1}
  out %Y
}
`;

test("the text form reads back to the same text and the same structure", () => {
  const model = parseModel(text);
  expect(printModel(model)).toBe(text);
  expect(hashModel(parseModel(printModel(model)), { names: true })).toBe(hashModel(model, { names: true }));
});

test("large constants are shown by digest and found again", () => {
  const model = parseModel("opset 17 graph g { const %w: float32[64,3] = random(7) %y = Relu(%w) out %y }");
  const [w] = model.graph.constants;
  const tensor = w?.constant as Tensor;
  const printed = printModel(model);
  expect(printed).toContain(`const %w: float32[64,3] = <sha=${hashTensor(tensor).slice(0, 8)}>`);
  expect(() => parseModel(printed)).toThrow(/line 5: expected values instead of the digest/);
  const again = parseModel(printed, { findConstant: () => tensor });
  expect(hashModel(again)).toBe(hashModel(model));
});

test("fills give reproducible content", () => {
  const read = (fill: string): string =>
    printModel(parseModel(`graph g { const %w: float32[3] = ${fill} %y = Relu(%w) out %y }`));
  expect(read("range")).toContain("[0, 1, 2]");
  expect(read("fill(0.5)")).toContain("[0.5, 0.5, 0.5]");
  expect(read("zeros")).toContain("[0, 0, 0]");
  expect(read("random(3)")).toBe(read("random(3)"));
  expect(read("random(3)")).not.toBe(read("random(4)"));
});

test.each([
  ["graph g {\n  %y = Relu(%x)\n}", /line 2: expected a value defined before this, not %x/],
  ["graph g {\n  const %w: float32[2] = [1]\n}", /2 values before this, not 1/],
  ["graph g {", /expected "%"/],
  ["opset 17", /expected a graph/],
])("a wrong text names its line: %s", (source, message) => {
  expect(() => parseModel(source)).toThrow(message);
});

test.each(["2*N+1", "floor((N+1)/2)", "max(M,N)", "-N+4", "M*N", "?", "7", "batch size", "N-"])(
  "the dimension %s reads back",
  (dim) => {
    expect(printDim(parseDim(dim))).toBe(dim);
  },
);
