import { describe, expect, test } from "vitest";
import { InferOptError } from "../../src/diagnostics/index.ts";
import {
  attr,
  bigintsOf,
  cloneModel,
  float32Scalar,
  numbersOf,
  printType,
  stringsOf,
  tensorType,
  verifyStructure,
} from "../../src/ir/index.ts";
import type { Model, Value } from "../../src/ir/index.ts";
import { decodeMessage } from "../../src/onnx/codec/decode-message.ts";
import { encodeModel, requireValueInfo } from "../../src/onnx/index.ts";
import type { GraphProto } from "../../src/onnx/proto/graph.ts";
import type { ModelProto } from "../../src/onnx/proto/model.ts";
import { modelProto } from "../../src/onnx/proto/model.ts";
import { floatTensor, floats, modelFrom, modelOf, node, richModel } from "./sample-models.ts";

function again(model: Model, options = {}): ModelProto {
  return decodeMessage(modelProto, encodeModel(model, options));
}

function constant(model: Model, name: string): Value {
  for (const value of model.graph.constants) if (value.name === name) return value;
  throw new Error(`no constant ${name}`);
}

function failure(graph: GraphProto): InferOptError["diagnostic"] {
  try {
    modelFrom(modelOf(graph));
  } catch (error) {
    if (error instanceof InferOptError) return error.diagnostic;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a model with everything", () => {
  test("comes back as it was, also from a copy", () => {
    const model = modelFrom(richModel);
    expect(verifyStructure(model)).toEqual([]);
    expect(again(model)).toEqual(richModel);
    expect(again(cloneModel(model))).toEqual(richModel);
  });

  test("tensors are read in every form", () => {
    const model = modelFrom(richModel);
    const content = (name: string) => {
      const tensor = constant(model, name).constant;
      if (tensor === undefined) throw new Error(name);
      return tensor;
    };
    expect(Array.from(numbersOf(content("w")))).toEqual([1, 2]);
    expect(constant(model, "w").isInput).toBe(true);
    expect(bigintsOf(content("axes"))).toEqual([0n, 300n]);
    expect(Array.from(numbersOf(content("nibbles")))).toEqual([1, 2, 3]);
    expect(Array.from(numbersOf(content("half")))).toEqual([1, 0]);
    expect(Array.from(numbersOf(content("unsigned")))).toEqual([2 ** 32 - 1]);
    expect(Array.from(numbersOf(content("sparse")))).toEqual([0, 5, 7, 0]);
    expect(stringsOf(content("words"))[0]).toBe("a");
  });

  test("types and names are resolved by scope", () => {
    const model = modelFrom(richModel);
    const [first, scaled, , , choice] = [...model.graph.nodes()];
    expect(first?.domain).toBe("");
    expect(model.opsets.get("")).toBe(20);
    expect(printType(first?.output.type)).toBe("float32[N,2]");
    expect(scaled?.attributes.get("untyped")).toEqual({ kind: "int", value: 4n });
    expect(scaled?.attributes.get("latin")).toEqual({ kind: "string", value: Uint8Array.of(0xfc) });
    const bodies = [...(choice?.subgraphs() ?? [])].map(([, graph]) => graph);
    expect(bodies.map((graph) => graph.outputs[0]?.name)).toEqual(["result", "result"]);
    for (const body of bodies) expect(body.firstNode?.inputs[0]).toBe(first?.output);
    expect(printType(model.functions.get("org.example::Scaled:float")?.body.inputs[0]?.type)).toBe("float32[N,2]");
  });

  test("what a pass changes is written, the rest stays", () => {
    const model = modelFrom(richModel);
    const [first, scaled] = [...model.graph.nodes()];
    if (first === undefined || scaled === undefined) throw new Error("nodes");
    model.graph.setAttribute(scaled, "factor", attr.float(3));
    model.opsets.set("", 21);
    first.output.type = tensorType("float32", [4, 2]);
    const written = again(model).graph;
    expect(written?.node?.[1]?.attribute?.[0]).toEqual({ name: "factor", f: 3, type: 1, docString: "why" });
    expect(written?.node?.[0]).toEqual(richModel.graph?.node?.[0]);
    expect(again(model).opsetImport).toEqual([{ domain: "ai.onnx", version: 21n }, richModel.opsetImport?.[1]]);
    const [hidden] = written?.valueInfo ?? [];
    expect(hidden?.type).toEqual({ tensorType: { elemType: 1, shape: { dim: [{ dimValue: 4n }, { dimValue: 2n }] } } });
    expect(hidden?.metadataProps).toEqual(richModel.graph?.valueInfo?.[0]?.metadataProps);
  });
});

describe("value_info", () => {
  const graph: GraphProto = {
    name: "g",
    input: [floats("x", 2)],
    output: [floats("y", 2)],
    node: [node("Relu", ["x"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["y"])],
    valueInfo: [floats("a", 2)],
  };
  const typed = (): Model => {
    const model = modelFrom(modelOf(graph));
    for (const each of model.graph.nodes()) each.output.type = tensorType("float32", [2]);
    return model;
  };
  const names = (model: Model, options = {}) => again(model, options).graph?.valueInfo?.map(({ name }) => name);

  test("is kept, complete, or left out", () => {
    expect(names(typed())).toEqual(["a"]);
    expect(names(typed(), { valueInfo: "all" })).toEqual(["a", "b"]);
    expect(names(typed(), { valueInfo: "none" })).toBeUndefined();
  });

  test("is written for a value that asks for it, also in a copy", () => {
    const model = typed();
    const b = model.graph.firstNode?.next?.output;
    if (b === undefined) throw new Error("no second node");
    requireValueInfo(b);
    expect(names(cloneModel(model))).toEqual(["a", "b"]);
  });

  test("disappears with its value", () => {
    const model = typed();
    const [first, second] = [...model.graph.nodes()];
    if (first === undefined || second === undefined) throw new Error("nodes");
    model.graph.replaceUses(first.output, model.graph.inputs[0] as Value);
    model.graph.remove(first);
    expect(names(model)).toBeUndefined();
  });
});

test("nodes in any order are sorted", () => {
  const model = modelFrom(
    modelOf({
      name: "g",
      input: [floats("x")],
      output: [floats("c")],
      node: [node("Neg", ["b"], ["c"]), node("Abs", ["x"], ["a"]), node("Exp", ["a"], ["b"])],
    }),
  );
  expect([...model.graph.nodes()].map(({ opType }) => opType)).toEqual(["Abs", "Exp", "Neg"]);
  expect(verifyStructure(model)).toEqual([]);
});

test("a body that reads a value defined later in the graph around is ordered after it", () => {
  const body: GraphProto = { name: "b", node: [node("Neg", ["late"], ["r"])], output: [{ name: "r" }] };
  const model = modelFrom(
    modelOf({
      name: "g",
      input: [floats("x"), floats("c")],
      output: [floats("y")],
      node: [
        node("If", ["c"], ["y"], { attribute: [{ name: "then_branch", g: body, type: 5 }] }),
        node("Abs", ["x"], ["late"]),
      ],
    }),
  );
  expect([...model.graph.nodes()].map(({ opType }) => opType)).toEqual(["Abs", "If"]);
});

test("a name in a body that hides one around is replaced", () => {
  const body: GraphProto = {
    name: "b",
    node: [node("Neg", ["x"], ["a"]), node("Neg", ["a"], ["r"])],
    output: [{ name: "r" }],
  };
  const model = modelFrom(
    modelOf({
      name: "g",
      input: [floats("x")],
      output: [floats("y")],
      node: [
        node("Abs", ["x"], ["a"]),
        node("If", ["a"], ["y"], { attribute: [{ name: "then_branch", g: body, type: 5 }] }),
      ],
    }),
  );
  const written = again(model).graph?.node?.[1]?.attribute?.[0]?.g;
  expect(written?.node?.map(({ input, output }) => [input, output])).toEqual([
    [["x"], ["a_1"]],
    [["a_1"], ["r"]],
  ]);
});

test("new tensors and nodes are written", () => {
  const model = modelFrom(
    modelOf({ name: "g", input: [floats("x")], output: [floats("y")], node: [node("Neg", ["x"], ["y"])] }),
  );
  const two = model.graph.addConstant("two", float32Scalar(2));
  const first = model.graph.firstNode;
  if (first === undefined) throw new Error("no node");
  const scaled = model.graph.insertBefore(first, { opType: "Mul", inputs: [model.graph.inputs[0], two] });
  model.graph.setInput(first, 0, scaled.output);
  const written = again(model).graph;
  expect(written?.initializer).toEqual([{ dataType: 1, name: "two", rawData: Uint8Array.of(0, 0, 0, 0x40) }]);
  expect(written?.node?.[0]).toEqual({ input: ["x", "two"], output: ["Mul"], opType: "Mul" });
});

describe("broken graphs end in one clear error", () => {
  const base = { name: "g", input: [floats("x")], output: [floats("y")] };
  test.each<[string, string, RegExp, GraphProto]>([
    [
      "an unknown input",
      "IO0121",
      /Neg "n" reads "nothing"/,
      { ...base, node: [node("Neg", ["nothing"], ["y"], { name: "n" })] },
    ],
    ["an unknown output", "IO0122", /"y"/, base],
    [
      "a cycle",
      "IO0123",
      /through "[ab]"/,
      { ...base, node: [node("Add", ["x", "b"], ["a"]), node("Neg", ["a"], ["b"]), node("Neg", ["b"], ["y"])] },
    ],
    ["a node that reads itself", "IO0123", /Neg/, { ...base, node: [node("Neg", ["y"], ["y"])] }],
    [
      "a value computed twice",
      "IO0120",
      /"y"/,
      { ...base, node: [node("Neg", ["x"], ["y"]), node("Abs", ["x"], ["y"])] },
    ],
    ["an output that is an input", "IO0120", /"x"/, { ...base, node: [node("Neg", ["x"], ["x"])] }],
    ["two outputs of one name", "IO0120", /"y"/, { ...base, node: [node("Split", ["x"], ["y", "y"])] }],
    [
      "two initializers of one name",
      "IO0120",
      /"w"/,
      { ...base, initializer: [floatTensor("w", [1], []), floatTensor("w", [1], [])] },
    ],
    ["too few bytes", "IO0124", /takes 8 bytes and holds 4/, { ...base, initializer: [floatTensor("w", [1], [2])] }],
    ["a negative dimension", "IO0124", /-1/, { ...base, initializer: [{ name: "w", dims: [-1n], dataType: 1 }] }],
    [
      "too many elements",
      "IO0124",
      /beyond any memory/,
      { ...base, initializer: [{ name: "w", dims: [2n ** 40n, 2n ** 40n], dataType: 1 }] },
    ],
    ["an element type of tomorrow", "IO0124", /99/, { ...base, initializer: [{ name: "w", dataType: 99 }] }],
    [
      "an attribute kind of tomorrow",
      "IO0125",
      /kind 77/,
      { ...base, node: [node("Neg", ["x"], ["y"], { attribute: [{ name: "a", type: 77 }] })] },
    ],
    [
      "an attribute given twice",
      "IO0125",
      /twice/,
      {
        ...base,
        node: [
          node("Neg", ["x"], ["y"], {
            attribute: [
              { name: "a", i: 1n },
              { name: "a", i: 1n },
            ],
          }),
        ],
      },
    ],
    [
      "external data without a folder",
      "IO0134",
      /"w"/,
      {
        ...base,
        initializer: [{ name: "w", dataType: 1, dataLocation: 1, externalData: [{ key: "location", value: "w.bin" }] }],
      },
    ],
  ])("%s", (_, code, message, graph) => {
    const diagnostic = failure(graph);
    expect(diagnostic.code).toBe(code);
    expect(diagnostic.message).toMatch(message);
    expect(diagnostic.hint).not.toBe("");
  });

  test("no graph", () => {
    expect(() => modelFrom({ irVersion: 8n })).toThrow(/IO0110/);
  });

  test("a function twice", () => {
    const fn = { name: "F", domain: "d" };
    const graph = { name: "g", input: [floats("x")], output: [floats("x")] };
    expect(() => modelFrom(modelOf(graph, { functions: [fn, fn] }))).toThrow(/IO0126.*d::F/);
  });
});
