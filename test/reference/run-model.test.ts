import { expect, test } from "vitest";
import type { RuntimeValue } from "../../src/ir/index.ts";
import { float32Scalar, isTensor, numbersOf, parseModel, tensorFromNumbers } from "../../src/ir/index.ts";
import { evaluateNode, referenceExecutor, runModel } from "../../src/reference/index.ts";

const vector = (...values: number[]): RuntimeValue => tensorFromNumbers("float32", [values.length], values);
const numbers = (value: RuntimeValue | undefined): number[] =>
  isTensor(value) ? [...Array.from(numbersOf(value))] : [];

test("a model runs; only what is wanted is computed", () => {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[2]
    const %w: float32[2] = [10, 20]
    %a = Add(%x, %w)
    %b = custom.domain::Unknown(%a)
    %c = Mul(%a, %a)
    out %c
  }`);
  expect(numbers(runModel(model, new Map([["x", vector(1, 2)]])).get("c"))).toEqual([121, 484]);
  const inner = runModel(model, new Map([["x", vector(1, 2)]]), { wanted: ["a"] });
  expect([...inner.keys()]).toEqual(["a"]);
  expect(numbers(inner.get("a"))).toEqual([11, 22]);
  expect(() => runModel(model, new Map([["x", vector(1, 2)]]), { wanted: ["b"] })).toThrow(/IO0280/);
  expect(() => runModel(model, new Map())).toThrow(/IO0282/);
  expect(() => runModel(model, new Map([["x", vector(1, 2)]]), { wanted: ["nothing"] })).toThrow(/IO0283/);
});

test.each<[string, string, RuntimeValue, RegExp | undefined]>([
  ["float32[2]", "x", vector(1, 2, 3), /IO0285: input "x" takes float32\[2\], got float32\[3\]/],
  ["float32[2]", "x", tensorFromNumbers("float64", [2], [1, 2]), /IO0285.*got float64\[2\]/],
  ["float32[N,2]", "x", vector(1, 2), /IO0285/],
  ["float32[N]", "x", vector(1, 2, 3), undefined],
  ["float32[*]", "x", vector(1, 2), undefined],
  ["float32[2]", "X", vector(1, 2), /IO0284.*"X"/],
  ["float32[2]", "w", vector(1, 2), /IO0284.*"w"/],
  ["float32[2]", "x", { kind: "sequence", element: undefined, items: [vector(1, 2)] }, /IO0285.*got sequence/],
  ["seq(float32[2])", "x", { kind: "sequence", element: undefined, items: [vector(1, 2)] }, undefined],
  ["seq(float32[2])", "x", { kind: "sequence", element: undefined, items: [vector(1)] }, /IO0285/],
  ["optional(float32[2])", "x", vector(1, 2), undefined],
  ["optional(float32[2])", "x", { kind: "optional", value: vector(1) }, /IO0285/],
])("an input of type %s is given as %s", (type, name, value, refused) => {
  const model = parseModel(`opset 17 graph g {
    in %x: ${type}
    const %w: float32[1] = [10]
    %y = Identity(%x)
    out %y
  }`);
  const run = (): unknown => runModel(model, new Map([[name, value]])).get("y");
  if (refused === undefined) expect(run()).toBe(value);
  else expect(run).toThrow(refused);
});

test("a contradiction inside the model names the node", () => {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[N]
    const %w: float32[2] = [10, 20]
    %a = Add(%x, %w)
    out %a
  }`);
  expect(() => runModel(model, new Map([["x", vector(1, 2, 3)]]))).toThrow(/IO0281: Add/);
});

test("a branch sees values of the graphs around it", () => {
  const model = parseModel(`opset 17 graph g {
    in %c: bool[]
    in %x: float32[1]
    %double = Add(%x, %x)
    %r = If(%c) {then_branch=graph t {
        %inner = If(%c) {then_branch=graph tt {
            %y = Mul(%double, %x)
            out %y
          }, else_branch=graph te {
            out %x
          }}
        out %inner
      }, else_branch=graph e {
        out %x
      }}
    out %r
  }`);
  const run = (flag: number): number[] =>
    numbers(
      runModel(
        model,
        new Map([
          ["c", tensorFromNumbers("bool", [], [flag])],
          ["x", vector(3)],
        ]),
      ).get("r"),
    );
  expect([run(1), run(0)]).toEqual([[18], [3]]);
});

test("a function's body gets the call's attributes, or the defaults, in nested calls too", () => {
  const model = parseModel(`opset 17
opset my 1
graph g {
  in %x: float32[1]
  %a = my::Outer(%x) {slope=0.5}
  %b = my::Outer(%x)
  out %a
  out %b
}

function my::Outer {
  opset 17
  opset my 1
  attribute slope = 0.25
  in %X
  %Y = my::Inner(%X) {alpha=ref slope 1}
  out %Y
}

function my::Inner {
  opset 17
  attribute alpha
  in %X
  %Y = LeakyRelu(%X) {alpha=ref alpha 1}
  out %Y
}
`);
  const results = runModel(model, new Map([["x", vector(-8)]]));
  expect([numbers(results.get("a")), numbers(results.get("b"))]).toEqual([[-4], [-2]]);
});

test("the opset in force is that of the graph or function", () => {
  const text = (opset: number): string =>
    `opset ${opset} graph g { in %x: float32[1,2,2] %y = Softmax(%x) {axis=1} out %y }`;
  const feeds = new Map([["x", tensorFromNumbers("float32", [1, 2, 2], [0, 0, 0, 0])]]);
  expect(numbers(runModel(parseModel(text(12)), feeds).get("y"))).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(numbers(runModel(parseModel(text(13)), feeds).get("y"))).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test("random operators repeat with the seed of the run, and differ between seeds", () => {
  const model = parseModel("opset 17 graph g { %y = RandomNormal() {shape=[8]} out %y }");
  const draw = (seed: number): number[] => numbers(runModel(model, new Map(), { seed }).get("y"));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("single nodes fold; impure, unknown and failing ones do not", () => {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[2]
    %a = Exp(%x)
    %b = RandomNormalLike(%x)
    %c = com.microsoft::Gelu(%x)
    %d = Gemm(%x, %x)
    out %a
  }`);
  const fold = (node: (typeof nodes)[number]) =>
    evaluateNode(
      node,
      17,
      node.inputs.map(() => vector(0, 1)),
    );
  const nodes = [...model.graph.nodes()];
  const [exp, ...others] = nodes.map(fold);
  expect(numbers(exp?.[0])).toEqual([1, Math.fround(Math.E)]);
  expect(others).toEqual([undefined, undefined, undefined]);
});

test("the executor runs one sample after the other", async () => {
  const model = parseModel("opset 17 graph g { in %x: float32[] %y = Neg(%x) out %y }");
  const feeds = [1, 2].map((x) => new Map<string, RuntimeValue>([["x", float32Scalar(x)]]));
  const results: number[][] = [];
  for await (const outputs of referenceExecutor.run(model, feeds)) results.push(numbers(outputs.get("y")));
  expect(results).toEqual([[-1], [-2]]);
});

test.each([
  ["an endless loop", "%co = Identity(%ci)\n    %vo = Neg(%v)\n    out %co\n    out %vo"],
  ["an endless loop of nothing", "out %ci\n    out %v"],
])("%s is given up when its time is over", (_, body) => {
  const model = parseModel(`opset 17
graph g {
  in %x: float32[2]
  const %trips: int64[] = 9223372036854775807
  const %cond: bool[] = 1
  %y = Loop(%trips, %cond, %x) {body=graph b {
    in %i: int64[]
    in %ci: bool[]
    in %v: float32[2]
    ${body}
  }}
  out %y
}
`);
  const feeds = new Map([["x", tensorFromNumbers("float32", [2], [1, 2])]]);
  expect(() => runModel(model, feeds, { seconds: 0.05 })).toThrow(/IO0286/);
});
