import { expect, test } from "vitest";
import { opInferences } from "../../src/ops/infer/registry.ts";
import { schemaTable } from "../../src/ops/schema-table.ts";
import { attributeDefault, parameterAt, schemaOf, schemasOf, traitsOf } from "../../src/ops/index.ts";

const operators = Object.keys(schemaTable[""] ?? {});

test("every schema of the table can be read", () => {
  let count = 0;
  for (const [domain, table] of Object.entries(schemaTable))
    for (const name of Object.keys(table))
      for (const schema of schemasOf(domain, name)) {
        count++;
        expect(schema.inputs.length).toBeLessThanOrEqual(schema.maxInputs);
        for (const { type } of [...schema.inputs, ...schema.outputs])
          expect(schema.typeConstraints[type] !== undefined || type.includes("("), `${name} ${type}`).toBe(true);
      }
  expect(count).toBeGreaterThan(640);
});

test("the version in force is the newest that is not newer than the opset", () => {
  expect(schemasOf("", "Conv").map(({ since }) => since)).toEqual([1, 11, 22]);
  expect(schemaOf("", "Conv", 10)?.since).toBe(1);
  expect(schemaOf("", "Conv", 26)?.since).toBe(22);
  expect(schemaOf("", "Gelu", 19)).toBeUndefined();
  expect(schemaOf("", "Upsample", 10)?.deprecated).toBe(true);
  expect(schemaOf("", "NoSuchOperator", 13)).toBeUndefined();
  expect(schemaOf("", "constructor", 13)).toBeUndefined();
});

test("formal parameters, attributes and constraints are read", () => {
  const conv = schemaOf("", "Conv", 13);
  expect(conv?.inputs.map(({ name, option }) => [name, option])).toEqual([
    ["X", "single"],
    ["W", "single"],
    ["B", "optional"],
  ]);
  expect(conv?.attributes["group"]).toEqual({ kind: "int", required: false, fallback: 1 });
  expect(conv?.typeConstraints["T"]).toEqual(["tensor(double)", "tensor(float)", "tensor(float16)"]);
  const loop = schemaOf("", "Loop", 13);
  expect(loop?.attributes["body"]).toEqual({ kind: "graph", required: true });
  expect(loop?.maxInputs).toBe(Infinity);
  expect(parameterAt(loop?.inputs ?? [], 9)).toMatchObject({ name: "v_initial", homogeneous: false, minArity: 0 });
  expect(parameterAt(conv?.inputs ?? [], 3)).toBeUndefined();
});

test("defaults of float attributes are the nearest float32", () => {
  expect(attributeDefault({ domain: "", opType: "LeakyRelu" }, "alpha", 13)).toBe(Math.fround(0.01));
  expect(attributeDefault({ domain: "", opType: "Softmax" }, "axis", 11)).toBe(1);
  expect(attributeDefault({ domain: "", opType: "Softmax" }, "axis", 13)).toBe(-1);
  expect(attributeDefault({ domain: "", opType: "Conv" }, "pads", 13)).toBeUndefined();
});

test("every operator up to opset 26 has an inference, once", () => {
  const inferred = opInferences.flatMap(({ names }) => names);
  expect(new Set(inferred).size).toBe(inferred.length);
  const missing = operators.filter((name) => schemaOf("", name, 26) !== undefined && !inferred.includes(name));
  expect(missing).toEqual([]);
});

test("every operator has traits, and they agree with its schema", () => {
  for (const name of operators) {
    const traits = traitsOf("", name);
    const schema = schemasOf("", name).at(-1);
    const hasGraph = Object.values(schema?.attributes ?? {}).some(({ kind }) => kind === "graph");
    const kinds = [traits.pure, traits.random, traits.controlFlow].filter((flag) => flag === true);
    expect(kinds, `${name} is pure, random or control flow`).toHaveLength(1);
    expect(traits.controlFlow ?? false, `${name} carries subgraphs`).toBe(hasGraph);
    if (traits.elementwise === "binary") expect(schema?.inputs, name).toHaveLength(2);
    if (traits.elementwise === "ternary") expect(schema?.inputs, name).toHaveLength(3);
    const known = new Set(schemasOf("", name).flatMap((version) => Object.keys(version.attributes)));
    for (const attribute of traits.axisAttributes ?? []) expect(known, `${name}.${attribute}`).toContain(attribute);
    for (const index of [...(traits.shapeInputs ?? []), ...(traits.axisInputs ?? []), ...(traits.channelInputs ?? [])])
      expect(index, `${name} input ${index}`).toBeLessThan(Math.max(...schemasOf("", name).map((s) => s.maxInputs)));
  }
  expect(traitsOf("ai.onnx", "Relu")).toBe(traitsOf("", "Relu"));
  expect(traitsOf("com.example", "Relu")).toEqual({});
  expect(traitsOf("", "toString")).toEqual({});
});
