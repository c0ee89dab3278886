import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { Graph, Model, Node, Value } from "../../src/ir/index.ts";
import {
  attr,
  cloneModel,
  functionKey,
  hashModel,
  parseModel,
  printModel,
  printNode,
  printType,
  tensorType,
  uniformNumbers,
  verifyStructure,
} from "../../src/ir/index.ts";
import { decodeModel, encodeModel, loadModel } from "../../src/onnx/index.ts";
import { inferTypes } from "../../src/ops/index.ts";
import type { LevelProgram } from "../../src/region/index.ts";
import { borderOf, findRegions, inlineRegions, outlineRegion, regionDomain } from "../../src/region/index.ts";

const program = (seed: number): Uint8Array => Uint8Array.from({ length: 40 }, (_, i) => (i * 31 + seed) % 256);
const oneLevel: readonly LevelProgram[] = [{ isa: "avx2", program: program(1) }];
const threeLevels: readonly LevelProgram[] = [
  { isa: "avx512bf16", program: program(3) },
  { isa: "avx512vnni", program: program(2) },
  { isa: "avx2", program: program(1) },
];

/** Residual block with quantized weights, a second head, and a constant that two places read. */
const blockText = `ir 9 opset 17
  graph g {
    in %x: float32[N,4,6,6]
    const %w: int8[4,4,3,3] = random(1)
    const %ws: float32[4] = [0.01, 0.02, 0.015, 0.03]
    const %wz: int8[4] = [0, 0, 0, 0]
    const %b: int32[4] = [10, -20, 30, 0]
    const %bs: float32[4] = [0.0005, 0.001, 0.00075, 0.0015]
    const %bz: int32[4] = [0, 0, 0, 0]
    const %s: float32[] = 0.05
    const %z: uint8[] = 128
    %q: uint8[N,4,6,6] = QuantizeLinear(%x, %s, %z) @quantize
    %d: float32[N,4,6,6] = DequantizeLinear(%q, %s, %z) @enter
    %wd: float32[4,4,3,3] = DequantizeLinear(%w, %ws, %wz) {axis=0} @weights
    %bd: float32[4] = DequantizeLinear(%b, %bs, %bz) {axis=0} @bias
    %c: float32[N,4,6,6] = Conv(%d, %wd, %bd) {pads=[1,1,1,1]} @conv
    %r: float32[N,4,6,6] = Relu(%c) @relu
    %rq: uint8[N,4,6,6] = QuantizeLinear(%r, %s, %z) @requantize
    %rd: float32[N,4,6,6] = DequantizeLinear(%rq, %s, %z) @leave
    %a: float32[N,4,6,6] = Add(%rd, %d) @add
    %y: float32[N,4,6,6] = Sigmoid(%a) @y
    %t: float32[N,4,6,6] = Mul(%rd, %s) @t
    out %y
    out %t
    out %rq
  }`;

function block(): Model {
  return parseModel(blockText);
}

function named({ graph }: Model, ...names: readonly string[]): Set<Node> {
  return new Set([...graph.nodes()].filter(({ name }) => names.includes(name)));
}

const inner = ["weights", "bias", "enter", "conv", "relu", "requantize", "leave"];

/** Digests of what the graph's outputs compute, whatever the order and names of nodes. */
function meaning({ graph }: Model): readonly string[] {
  const digests = new Map<Value, string>();
  const of = (value: Value | undefined): string =>
    value === undefined ? "-" : (digests.get(value) ?? (value.constant === undefined ? value.name : printValue(value)));
  const printValue = (value: Value): string => `${value.name} ${printType(value.type)}`;
  for (const node of graph.nodes()) {
    const text = `${printNode(node)
      .replace(/^.* = /, "")
      .replace(/\(.*\)/, "")}(${node.inputs.map(of).join(", ")})`;
    const digest = createHash("sha256").update(text).digest("hex");
    node.outputs.forEach((value, i) => value && digests.set(value, `${digest}.${i} ${printType(value.type)}`));
  }
  return graph.outputs.map((value) => `${value.name} ${of(value)}`);
}

function expectSound(model: Model): void {
  expect(verifyStructure(model)).toEqual([]);
  expect(inferTypes(cloneModel(model)).problems).toEqual([]);
  const again = decodeModel(encodeModel(model));
  expect(hashModel(again)).toBe(hashModel(model));
  expect(verifyStructure(again)).toEqual([]);
}

test("a set of nodes becomes one call; weights stay where they are, the program is the last input", () => {
  const model = block();
  outlineRegion(model, named(model, ...inner), oneLevel);
  expectSound(model);
  expect(printModel(model)).toMatchInlineSnapshot(`
    "ir 9
    opset 17
    opset ai.inferopt.v1 1

    graph g {
      in %x: float32[N,4,6,6]
      const %w: int8[4,4,3,3] = <sha=5d1a8e78>
      const %ws: float32[4] = [0.01, 0.02, 0.015, 0.03]
      const %wz: int8[4] = [0, 0, 0, 0]
      const %b: int32[4] = [10, -20, 30, 0]
      const %bs: float32[4] = [0.0005, 0.001, 0.00075, 0.0015]
      const %bz: int32[4] = [0, 0, 0, 0]
      const %s: float32[] = 0.05
      const %z: uint8[] = 128
      const %Region_avx2_0.program: uint8[40] = <sha=ead43b41>
      %q: uint8[N,4,6,6] = QuantizeLinear(%x, %s, %z) @quantize
      %d: float32[N,4,6,6], %rq: uint8[N,4,6,6], %rd: float32[N,4,6,6] = ai.inferopt.v1::Region_avx2_0(%q, %s, %z, %w, %ws, %wz, %b, %bs, %bz, %Region_avx2_0.program) @Region_avx2_0
      %a: float32[N,4,6,6] = Add(%rd, %d) @add
      %y: float32[N,4,6,6] = Sigmoid(%a) @y
      %t: float32[N,4,6,6] = Mul(%rd, %s) @t
      out %y
      out %t
      out %rq
    }

    function ai.inferopt.v1::Region_avx2_0 {
      opset 17
      in %q
      in %s
      in %z
      in %w
      in %ws
      in %wz
      in %b
      in %bs
      in %bz
      in %Region_avx2_0.program
      %d = DequantizeLinear(%q, %s, %z) @enter
      %wd = DequantizeLinear(%w, %ws, %wz) {axis=0} @weights
      %bd = DequantizeLinear(%b, %bs, %bz) {axis=0} @bias
      %c = Conv(%d, %wd, %bd) {pads=[1, 1, 1, 1]} @conv
      %r = Relu(%c) @relu
      %rq = QuantizeLinear(%r, %s, %z) @requantize
      %rd = DequantizeLinear(%rq, %s, %z) @leave
      out %d
      out %rq
      out %rd
    }
    "
  `);
});

test("levels nest: each body but the innermost is one call of the next lesser one", () => {
  const model = block();
  const call = outlineRegion(model, named(model, ...inner), threeLevels);
  expectSound(model);
  expect(call.opType).toBe("Region_avx512bf16_0");
  const programs = ["Region_avx2_0.program", "Region_avx512vnni_0.program", "Region_avx512bf16_0.program"];
  expect(call.inputs.slice(-3).map((value) => value?.name)).toEqual(programs);
  expect(call.inputs.slice(-3).map((value) => value?.constant?.bytes())).toEqual([1, 2, 3].map(program));
  const bodyOf = (name: string): Graph => model.functions.get(functionKey(regionDomain, name))?.body as Graph;
  const middle = bodyOf("Region_avx512vnni_0");
  expect(middle.inputs.slice(-2).map(({ name }) => name)).toEqual(programs.slice(0, 2));
  expect([...middle.nodes()].map(printNode)).toEqual([
    "%d, %rq, %rd = ai.inferopt.v1::Region_avx2_0(%q, %s, %z, %w, %ws, %wz, %b, %bs, %bz, %Region_avx2_0.program) @Region_avx2_0",
  ]);
  expect([...bodyOf("Region_avx2_0").nodes()].map(({ name }) => name).sort()).toEqual(inner.toSorted());
  for (const { body } of model.functions.values()) expect(body.inputs.at(-1)?.uses.size).toBe(0);
});

test("names count up by level, to 32", () => {
  const nodes = Array.from({ length: 33 }, (_, i) => `%v${i + 1}: float32[4] = Abs(%v${i}) @${i}`).join("\n");
  const model = parseModel(`opset 17 graph g { in %v0: float32[4] ${nodes} out %v33 }`);
  for (let i = 0; i < 32; i++)
    expect(outlineRegion(model, named(model, String(i)), oneLevel).opType).toBe(`Region_avx2_${i}`);
  expect(() => outlineRegion(model, named(model, "32"), oneLevel)).toThrow("32 regions of avx2");
  expect(outlineRegion(model, named(model, "32"), threeLevels.slice(1, 2)).opType).toBe("Region_avx512vnni_0");
  expectSound(model);
});

test("types of a region's outputs follow from its body", () => {
  const model = block();
  const call = outlineRegion(model, named(model, ...inner), threeLevels);
  const declared = call.outputs.map((value) => value?.type);
  for (const value of call.outputs) if (value !== undefined) value.type = undefined;
  inferTypes(model);
  expect(call.outputs.map((value) => value?.type)).toEqual(declared);
});

test("what a region is not made of is refused, and nothing has changed then", () => {
  const model = block();
  const before = hashModel(model, { names: true });
  const cases: readonly (readonly [Set<Node>, readonly LevelProgram[], string])[] = [
    [named(model, "enter", "add"), oneLevel, 'not a convex set of nodes: Add "add" reads "rd"'],
    [new Set(), oneLevel, "at least one node"],
    [named(block(), "conv"), oneLevel, "lies in one graph"],
    [named(model, "conv"), [], "from the best to the least"],
    [named(model, "conv"), threeLevels.toReversed(), "from the best to the least"],
    [named(model, "conv"), [...oneLevel, ...oneLevel], "from the best to the least"],
  ];
  for (const [set, levels, message] of cases) expect(() => outlineRegion(model, set, levels)).toThrow(message);
  expect(hashModel(model, { names: true })).toBe(before);
  const relu = [...named(model, "relu")][0] as Node;
  relu.output.type = tensorType("float32");
  expect(() => outlineRegion(model, named(model, "relu"), oneLevel)).toThrow('output "r" is not known');
  const old = parseModel(`ir 3 opset 9 graph g { in %x: float32[2] in %w: float32[2] = [1, 2]
    %y: float32[2] = Add(%x, %w) @y out %y }`);
  expect(() => outlineRegion(old, named(old, "y"), oneLevel)).toThrow("freeze them first");
});

test("an input that callers may override is no constant of a region", () => {
  const model = parseModel(`ir 9 opset 17 graph g { in %x: float32[2] in %w: float32[2] = [1, 2]
    const %v: float32[2] = [3, 4]
    %a: float32[2] = Add(%v, %w) @a
    %y: float32[2] = Add(%a, %x) @y out %y }`);
  const { activations, constants } = borderOf(model.graph, named(model, "a", "y"));
  expect(activations.map(({ name }) => name)).toEqual(["w", "x"]);
  expect(constants.map(({ name }) => name)).toEqual(["v"]);
});

test("nested graphs inside and outside of a region read across its border", () => {
  const model = parseModel(`ir 9 opset 17
    graph g {
      in %x: float32[4]
      in %c: bool[]
      const %k: float32[4] = [1, 2, 3, 4]
      %a: float32[4] = Abs(%x) @a
      %b: float32[4] = If(%c) {then_branch=graph { %p = Add(%a, %k) out %p }, else_branch=graph { %q = Mul(%x, %k) out %q }} @b
      %d: float32[4] = Neg(%b) @d
      %y: float32[4] = If(%c) {then_branch=graph { %r = Exp(%b) out %r }, else_branch=graph { %s = Sum(%d, %a) out %s }} @y
      out %y
    }`);
  const before = meaning(model);
  const border = borderOf(model.graph, named(model, "a", "b", "d"));
  expect(border.activations.map(({ name }) => name)).toEqual(["x", "c"]);
  expect(border.constants.map(({ name }) => name)).toEqual(["k"]);
  expect(border.outputs.map(({ name }) => name)).toEqual(["a", "b", "d"]);
  outlineRegion(model, named(model, "a", "b", "d"), threeLevels);
  expectSound(model);
  expect(inlineRegions(model)).toBe(1);
  expect(verifyStructure(model)).toEqual([]);
  expect(meaning(model)).toEqual(before);
});

test("inlining brings the same graph back, from memory and from a file", () => {
  for (const levels of [oneLevel, threeLevels]) {
    const model = block();
    // The region's nodes stand together, so that the order comes back too.
    const text = printModel(model);
    const hash = hashModel(model);
    outlineRegion(model, named(model, ...inner), levels);
    const read = decodeModel(encodeModel(model));
    for (const back of [model, read]) {
      expect(inlineRegions(back)).toBe(1);
      expect(verifyStructure(back)).toEqual([]);
      expect(back.functions.size).toBe(0);
      expect(back.opsets.has(regionDomain)).toBe(false);
      expect([...back.graph.constants]).toHaveLength(8);
      expect(hashModel(back)).toBe(hash);
      expect(inlineRegions(back)).toBe(0);
    }
    expect(printModel(read)).toBe(text);
  }
});

/** A graph of elementwise nodes; some outputs are the graph's. */
function randomModel(seed: number): Model {
  const next = uniformNumbers(seed);
  const model = parseModel(`ir 9 opset 17 graph g {
    in %x: float32[2,4]
    const %k: float32[4] = [1, 2, 3, 4]
    const %m: float32[4] = [0.5, 0.25, 0.125, 1]
  }`);
  const { graph } = model;
  const values = [...graph.inputs, ...graph.constants];
  const type = tensorType("float32", [2, 4]);
  for (let i = 0; i < 40; i++) {
    const pick = (): Value => values[Math.floor((1 - next() ** 2) * values.length)] ?? (values[0] as Value);
    const opType = ["Add", "Mul", "LeakyRelu"][Math.floor(next() * 3)] as string;
    const inputs = opType === "LeakyRelu" ? [pick()] : [pick(), pick()];
    const attributes = opType === "LeakyRelu" ? { alpha: attr.float(next()) } : {};
    const broadcasts = inputs.every((value) => value.constant !== undefined);
    const output = { name: `v${i}`, type: broadcasts ? tensorType("float32", [4]) : type };
    values.push(graph.append({ opType, name: `n${i}`, inputs, attributes, outputs: [output] }).output);
  }
  for (const value of values.slice(3)) if (value.uses.size === 0 || next() < 0.1) graph.addOutput(value);
  inferTypes(model);
  return model;
}

test("random graphs: all regions at once, and back", () => {
  let calls = 0;
  for (let seed = 0; seed < 60; seed++) {
    const model = randomModel(seed);
    const before = meaning(model);
    const draw = uniformNumbers(seed);
    const { regions } = findRegions(model.graph, () => (draw() < 0.15 ? "no" : undefined));
    for (const [i, nodes] of regions.entries())
      outlineRegion(model, new Set(nodes), i % 2 === 0 ? oneLevel : threeLevels);
    calls += regions.length;
    expectSound(model);
    expect(inlineRegions(model)).toBe(regions.length);
    expect(verifyStructure(model)).toEqual([]);
    expect(meaning(model)).toEqual(before);
  }
  expect(calls).toBeGreaterThan(120);
});

/** What ONNX Runtime computes, as bytes by output name. */
async function run(model: Model, level: "disabled" | "all"): Promise<ReadonlyMap<string, Uint8Array>> {
  const options = { graphOptimizationLevel: level, logSeverityLevel: 3, intraOpNumThreads: 1 } as const;
  const session = await ort.InferenceSession.create(encodeModel(model), options);
  const feeds: Record<string, ort.Tensor> = {};
  for (const [i, { name, type }] of model.graph.inputs.entries()) {
    if (type?.kind !== "tensor") throw new Error(`input ${name} is no tensor`);
    const dims = (type.shape ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
    const next = uniformNumbers(i);
    const count = dims.reduce((a, b) => a * b, 1);
    const numbers = Array.from({ length: count }, () => next() * 8 - 4);
    feeds[name] =
      type.dtype === "float32"
        ? new ort.Tensor("float32", Float32Array.from(numbers), dims)
        : new ort.Tensor(
            "int8",
            Int8Array.from(numbers, (v) => v * 30),
            dims,
          );
  }
  const results = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { data }]) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array;
      return [name, new Uint8Array(buffer, byteOffset, byteLength)] as const;
    }),
  );
}

describe("without a library ONNX Runtime inlines regions and computes the same bits", () => {
  for (const level of ["disabled", "all"] as const) {
    test(`a block, optimization ${level}`, async () => {
      const plain = await run(block(), level);
      expect([...plain.keys()]).toEqual(["y", "t", "rq"]);
      for (const levels of [oneLevel, threeLevels]) {
        const model = block();
        outlineRegion(model, named(model, ...inner), levels);
        expect(await run(model, level)).toEqual(plain);
      }
    });

    test(`random graphs, optimization ${level}`, async () => {
      for (let seed = 0; seed < 8; seed++) {
        const model = randomModel(seed);
        const plain = await run(model, level);
        const draw = uniformNumbers(seed);
        const { regions } = findRegions(model.graph, () => (draw() < 0.15 ? "no" : undefined));
        for (const nodes of regions) outlineRegion(model, new Set(nodes), threeLevels);
        expect(await run(model, level)).toEqual(plain);
      }
    });

    const file = "../shared/models/conv_mlperf_resnet8_int8qdq.onnx";
    test.skipIf(!existsSync(file))(`a quantized network, optimization ${level} (needs ${file})`, async () => {
      const { model } = await loadModel(file);
      inferTypes(model);
      const plain = await run(model, level);
      const { regions } = findRegions(model.graph, ({ opType }) => (opType === "MaxPool" ? "no" : undefined));
      for (const nodes of regions) outlineRegion(model, new Set(nodes), threeLevels);
      expect(await run(model, level)).toEqual(plain);
    });
  }
});
