import { existsSync, readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Model, ValueType } from "../../src/ir/index.ts";
import { parseModel, printType, symbolName } from "../../src/ir/index.ts";
import { decodeModel } from "../../src/onnx/index.ts";
import { bindShapes, inferTypes } from "../../src/ops/index.ts";
import { evaluateText } from "./evaluate-dim.ts";

const text = `ir 8 opset 13 graph g {
  in %x: float32[N,3,H]
  in %k: float32[N,M]
  const %w: float32[3,3,3] = zeros
  %y: float32[N,3,?] = Conv(%x, %w) {strides=[2]}
  %z: float32[N,7] = custom::Thing(%y, %k)
  out %z
}`;

test("pinned inputs bind their symbols everywhere", () => {
  const model = parseModel(text);
  inferTypes(model);
  bindShapes(model, new Map([["x", [2, 3, 9]]]));
  inferTypes(model);
  expect(model.graph.inputs.map(({ type }) => printType(type))).toEqual(["float32[2,3,9]", "float32[2,M]"]);
  expect(printType(model.graph.firstNode?.output.type)).toBe("float32[2,3,4]");
  expect(printType(model.graph.outputs[0]?.type)).toBe("float32[2,7]");
});

test.each<[shapes: [string, number[]][], message: RegExp]>([
  [[["q", [1]]], /"q".*no such input; it has "x", "k"/],
  [[["x", [1, 3]]], /it has rank 3, not 2/],
  [
    [
      ["x", [1, 3, 9]],
      ["k", [2, 4]],
    ],
    /"N" cannot be both 1 and 2/,
  ],
])("shapes that do not fit are refused", (shapes, message) => {
  expect(() => bindShapes(parseModel(text), new Map(shapes))).toThrow(message);
});

const folder = "../shared/models";
const files = existsSync(folder)
  ? readdirSync(folder).filter((name) => /^(?!lfs|trt_bad_par).*\.onnx$/.test(name))
  : [];

/** Types of all values of the main graph, those of constants and inputs left out. */
function* computed(model: Model): Iterable<readonly [name: string, type: ValueType | undefined]> {
  for (const node of model.graph.nodes())
    for (const value of node.outputs) if (value !== undefined) yield [value.name, value.type];
}

function load(file: string): Model {
  const model = decodeModel(readFileSync(`${folder}/${file}`));
  const outputs = new Set(model.graph.outputs);
  for (const node of model.graph.nodes())
    for (const value of node.outputs) if (value !== undefined && !outputs.has(value)) value.type = undefined;
  return model;
}

/** A plausible size for a symbol: the multiples of 32 suit networks that halve their input five times. */
const sizes = [1, 2, 3];

test.skipIf(files.length === 0)(
  "real models: no contradictions, a second run changes nothing (skipped without ../shared/models)",
  () => {
    const findings: string[] = [];
    for (const file of files) {
      const model = load(file);
      for (const problem of inferTypes(model).problems) findings.push(`${file}: ${problem.message}`);
      const again = inferTypes(model);
      if (again.changed > 0 || again.problems.length > 0)
        findings.push(`${file}: ${again.changed} changes in a second run`);
    }
    expect(findings).toEqual([]);
  },
);

test.skipIf(files.length === 0)("real models: symbolic types evaluate to those inferred from pinned shapes", () => {
  const findings: string[] = [];
  let compared = 0;
  for (const file of files) {
    const symbolic = load(file);
    const symbols = new Set<string>();
    for (const { type } of symbolic.graph.inputs)
      if (type?.kind === "tensor")
        for (const dim of type.shape ?? []) if (typeof dim === "object") symbols.add(symbolName(dim));
    if (symbols.size === 0) continue;
    inferTypes(symbolic);
    const bindings = new Map([...symbols].map((name, i) => [name, 64 * (sizes[i % 3] as number)]));
    const pinned = load(file);
    const shapes = pinned.graph.inputs.flatMap(({ name, type }) =>
      type?.kind === "tensor" && type.shape !== undefined && type.shape.some((dim) => typeof dim === "object")
        ? [[name, type.shape.map((dim) => evaluateText(dim, bindings) as number)] as const]
        : [],
    );
    bindShapes(pinned, new Map(shapes));
    inferTypes(pinned);
    const expected = new Map(computed(pinned));
    for (const [name, type] of computed(symbolic)) {
      const other = expected.get(name);
      if (type?.kind !== "tensor" || other?.kind !== "tensor" || type.shape === undefined || other.shape === undefined)
        continue;
      for (const [axis, dim] of type.shape.entries()) {
        const size = other.shape[axis];
        if (typeof size !== "number" || dim === undefined) continue;
        const names = typeof dim === "number" ? [] : (dim.key.match(/[A-Za-z_][\w.]*/g) ?? []);
        if (names.some((word) => !bindings.has(word) && !/^(floor|min|max)$/.test(word))) continue;
        compared++;
        if (evaluateText(dim, bindings) !== size)
          findings.push(
            `${file}: ${name} ${printType(type)} with ${JSON.stringify([...bindings])} is ${printType(other)}`,
          );
      }
    }
  }
  expect(findings).toEqual([]);
  expect(compared).toBeGreaterThan(1000);
});
