import { expect, test } from "vitest";
import { parseModel, verifyStructure } from "../../src/ir/index.ts";

test("sound chains pass, and a reader that its value does not list is found", () => {
  const model = parseModel("opset 21 graph g { in %x: float32[2] %y = Add(%x, %x) out %y }");
  expect(verifyStructure(model)).toEqual([]);
  const { graph } = model;
  const [use] = [...(graph.inputs[0]?.uses ?? [])];
  if (use === undefined) throw new Error("no use");
  graph.inputs[0]?.dropUse(use);
  expect(verifyStructure(model).map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
    'chains-agree: input 0 is not among the uses of "x"',
  ]);
});

test("a value with many readers takes no longer to check than as many values with one each", () => {
  const readers = 30_000;
  const nodes = (input: (i: number) => string): string =>
    Array.from({ length: readers }, (_, i) => `%v${i} = Neg(${input(i)})`).join("\n");
  const text = (input: (i: number) => string): string =>
    `opset 21\ngraph g {\nin %x: float32[2]\n${nodes(input)}\nout %v0\n}`;
  const shared = parseModel(text(() => "%x"));
  const chained = parseModel(text((i) => (i === 0 ? "%x" : `%v${i - 1}`)));
  const time = (model: typeof shared): number => {
    // Processor time: other tests run at the same time.
    const start = process.cpuUsage();
    expect(verifyStructure(model)).toEqual([]);
    return process.cpuUsage(start).user / 1000;
  };
  time(chained);
  expect(time(shared)).toBeLessThan(10 * time(chained) + 200);
});
