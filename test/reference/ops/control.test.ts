import { expect, test } from "vitest";
import type { RuntimeValue, Tensor } from "../../../src/ir/index.ts";
import {
  attr,
  Graph,
  int64Tensor,
  isTensor,
  modelAround,
  NameScope,
  tensorFromNumbers,
  tensorType,
} from "../../../src/ir/index.ts";
import { runModel } from "../../../src/reference/index.ts";
import { float, numbers } from "./run-op.ts";

const bool = (value: boolean): Tensor => tensorFromNumbers("bool", [], [value ? 1 : 0]);

/** A model of one control-flow node whose body the callback builds; inputs are constants. */
function run(
  opType: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: Readonly<Record<string, number | ((graph: Graph) => void)>>,
  outputs: number,
  opset = 16,
): RuntimeValue[] {
  const graph = new Graph("g", new NameScope());
  const entries = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "number") return [name, attr.int(value)] as const;
    const body = new Graph(name, graph.names, graph);
    value(body);
    return [name, attr.graph(body)] as const;
  });
  const node = graph.append({
    opType,
    inputs: inputs.map((tensor, i) => (tensor === undefined ? undefined : graph.addConstant(`c${i}`, tensor))),
    outputs,
    attributes: Object.fromEntries(entries),
  });
  for (const output of node.outputs) if (output !== undefined) graph.addOutput(output);
  const results = runModel(modelAround(graph, opset), new Map());
  return graph.outputs.map((value) => results.get(value.name) as RuntimeValue);
}

/** Body of a loop: the carried value doubles, goes out as a scan output, and the loop goes on while it is below 8. */
function doubling(body: Graph): void {
  body.addInput("trip", tensorType("int64", []));
  body.addInput("cond", tensorType("bool", []));
  const value = body.addInput("value", tensorType("float32", [1]));
  const doubled = body.append({ opType: "Add", inputs: [value, value] }).output;
  doubled.type = tensorType("float32", [1]);
  const limit = body.addConstant("limit", float([], [8]));
  const below = body.append({ opType: "Less", inputs: [doubled, limit] }).output;
  const flat = body.append({ opType: "Squeeze", inputs: [below] }).output;
  const copy = body.append({ opType: "Identity", inputs: [doubled] }).output;
  copy.type = tensorType("float32", [1]);
  for (const output of [flat, doubled, copy]) body.addOutput(output);
}

test("Loop ends by its count or its condition; without a condition the body's has no say", () => {
  const loop = (trips: number | undefined, condition: boolean | undefined): number[][] =>
    run(
      "Loop",
      [
        trips === undefined ? undefined : int64Tensor([trips], []),
        condition === undefined ? undefined : bool(condition),
        float([1], [1]),
      ],
      { body: doubling },
      2,
    ).map(numbers);
  expect(loop(2, true)).toEqual([[4], [2, 4]]);
  expect(loop(undefined, true)).toEqual([[8], [2, 4, 8]]);
  expect(loop(5, undefined)).toEqual([[32], [2, 4, 8, 16, 32]]);
  expect(loop(5, false)).toEqual([[1], []]);
});

test("a scan output of no iterations has the declared shape", () => {
  const [, scanned] = run("Loop", [int64Tensor([0], []), undefined, float([1], [1])], { body: doubling }, 2);
  expect(isTensor(scanned) && [scanned.dtype, scanned.shape]).toEqual(["float32", [0, 1]]);
});

/** Body of a scan: a running sum, also given out. */
function summing(body: Graph): void {
  const sum = body.addInput("sum", tensorType("float32", []));
  const next = body.addInput("next", tensorType("float32", []));
  const total = body.append({ opType: "Add", inputs: [sum, next] }).output;
  const copy = body.append({ opType: "Identity", inputs: [total] }).output;
  for (const output of [total, copy]) {
    output.type = tensorType("float32", []);
    body.addOutput(output);
  }
}

test("Scan of opset 8 runs every sequence of a batch as far as its length", () => {
  const inputs = [int64Tensor([2, 3]), float([2], [0, 100]), float([2, 3], [1, 2, 3, 4, 5, 6])];
  const [last, all] = run("Scan", inputs, { body: summing, num_scan_inputs: 1 }, 2, 8);
  expect(numbers(last)).toEqual([3, 115]);
  expect(numbers(all)).toEqual([1, 3, 0, 104, 109, 115]);
});

test("Scan since opset 9 cuts any axis", () => {
  const [last, all] = run("Scan", [float([], [0]), float([3], [1, 2, 3])], { body: summing, num_scan_inputs: 1 }, 2);
  expect([numbers(last), numbers(all)]).toEqual([[6], [1, 3, 6]]);
});

test("If runs one branch alone, which may capture outer values", () => {
  const branch =
    (value: number) =>
    (body: Graph): void => {
      body.addOutput(
        body.append({ opType: "Constant", inputs: [], attributes: { value_int: attr.int(value) } }).output,
      );
    };
  const choose = (condition: boolean): number[] =>
    numbers(run("If", [bool(condition)], { then_branch: branch(1), else_branch: branch(2) }, 1)[0]);
  expect([choose(true), choose(false)]).toEqual([[1], [2]]);
});
