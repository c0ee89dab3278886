import { expect, test } from "vitest";
import type { LayerCost } from "../../src/cost/index.ts";
import {
  activationMemory,
  estimateEnergy,
  graphCost,
  inInt8,
  intensityOf,
  macsOf,
  movedBytes,
  nonzeroProducts,
  rooflinePoint,
  totalBytes,
  withoutZeros,
} from "../../src/cost/index.ts";
import type { Model } from "../../src/ir/index.ts";
import { parseModel } from "../../src/ir/index.ts";
import { inferTypes } from "../../src/ops/index.ts";

function model(text: string): Model {
  const parsed = parseModel(`opset 21\ngraph g {\n${text}\n}`);
  inferTypes(parsed);
  return parsed;
}

const macs = (text: string): readonly number[] => [...model(text).graph.nodes()].map(macsOf);

test("multiply-accumulates by the formulas of the operators", () => {
  expect(
    macs(`in %x: float32[2, 8, 9, 9]
    in %w: float32[16, 4, 3, 3]
    %y = Conv(%x, %w) {group = 2, strides = [2, 2]}
    out %y`),
  ).toEqual([2 * 16 * 4 * 4 * (4 * 3 * 3)]);
  expect(
    macs(`in %x: float32[1, 8, 5, 5]
    in %w: float32[8, 4, 2, 2]
    %y = ConvTranspose(%x, %w) {strides = [2, 2]}
    out %y`),
  ).toEqual([8 * 5 * 5 * (4 * 2 * 2)]);
  expect(
    macs(`in %a: float32[7, 3]
    in %b: float32[7, 5]\n%y = Gemm(%a, %b) {transA = 1}\nout %y`),
  ).toEqual([3 * 5 * 7]);
  expect(
    macs(`in %a: float32[2, 1, 4, 3]
    in %b: float32[6, 3, 5]\n%y = MatMul(%a, %b)\nout %y`),
  ).toEqual([2 * 6 * 4 * 5 * 3]);
  expect(
    macs(`in %a: float32[2, 7, 3]
    in %b: float32[2, 3, 5]\n%y = Einsum(%a, %b) {equation = "...ij,...jk->...ik"}\nout %y`),
  ).toEqual([2 * 7 * 3 * 5]);
  expect(
    macs(`in %x: float32[6, 2, 10]
    in %w: float32[1, 32, 10]
    in %r: float32[1, 32, 8]
    %y, %h, %c = LSTM(%x, %w, %r) {hidden_size = 8}
    out %y`),
  ).toEqual([6 * 2 * 4 * 8 * (10 + 8)]);
});

test("attention multiplies queries by keys and weights by values, however heads are written", () => {
  const threeD = `in %q: float32[2, 5, 12]
    in %k: float32[2, 7, 12]
    in %v: float32[2, 7, 12]
    %y = Attention(%q, %k, %v) {q_num_heads = 3, kv_num_heads = 3}
    out %y`;
  const fourD = `in %q: float32[2, 3, 5, 4]
    in %k: float32[2, 3, 7, 4]
    in %v: float32[2, 3, 7, 4]
    %y = Attention(%q, %k, %v)
    out %y`;
  const count = (text: string): readonly number[] => {
    const parsed = parseModel(`opset 23\ngraph g {\n${text}\n}`);
    inferTypes(parsed);
    return [...parsed.graph.nodes()].map(macsOf);
  };
  expect(count(threeD)).toEqual([2 * 3 * 5 * 7 * (4 + 4)]);
  expect(count(fourD)).toEqual([2 * 3 * 5 * 7 * (4 + 4)]);
});

const matmul = `in %a: float32[3, 3]
  const %b: float32[3, 4] = [0, 1, 2, 3, 0, 0, 4, 5, 0, 0, 0, 6]
  const %c: float32[4] = [1, 2, 3, 4]
  %p = MatMul(%a, %b)
  %y = Add(%p, %c)
  out %y`;

test("bytes by kind: weights once, activations read and written", () => {
  const { layers, assumed } = graphCost(model(matmul).graph);
  expect(assumed.size).toBe(0);
  expect(layers).toMatchObject([
    { op: "MatMul", macs: 36, parameters: 12, dtype: "float32", zeroWeights: 0.5 },
    { op: "Add", macs: 0, parameters: 4, zeroWeights: undefined },
  ]);
  const [product] = layers as [LayerCost];
  expect([product.weightBytes, product.readBytes, product.writtenBytes]).toEqual([
    { float32: 48 },
    { float32: 36 },
    { float32: 48 },
  ]);
  expect(movedBytes(product)).toBe(132);
  expect(movedBytes(inInt8(product))).toBe(33);
  expect(intensityOf(product)).toBeCloseTo(36 / 132);
});

test("symbolic dimensions count as one, and are told", () => {
  const { layers, assumed } = graphCost(model(`in %x: float32[N, 4]\n%y = Relu(%x)\nout %y`).graph);
  expect([...assumed]).toEqual(["N"]);
  expect(layers[0]).toMatchObject({ elements: 4, readBytes: { float32: 16 } });
});

test("what is dequantized belongs to the layer that multiplies with it", () => {
  const { layers } = graphCost(
    model(`in %x: uint8[1, 4]
    const %s: float32[] = 0.5
    const %z: uint8[] = 3
    const %w: int8[4, 2] = [0, 1, 2, 3, 4, 5, 6, 0]
    const %ws: float32[] = 0.25
    %xd = DequantizeLinear(%x, %s, %z)
    %wd = DequantizeLinear(%w, %ws)
    %y = MatMul(%xd, %wd)
    out %y`).graph,
  );
  expect(layers.map(({ op }) => op)).toEqual(["MatMul"]);
  expect(layers[0]).toMatchObject({
    readBytes: { uint8: 4 },
    writtenBytes: { float32: 8 },
    dtype: "uint8",
    macs: 8,
    zeroWeights: 0.25,
    parameters: 9,
    weightBytes: { int8: 8 },
  });
});

test("the conversions between quantized nodes are notation; those at the border of the graph run", () => {
  const { graph } = model(`in %x: float32[1, 4]
    const %s: float32[] = 0.5
    const %z: uint8[] = 3
    %xq = QuantizeLinear(%x, %s, %z)
    %xd = DequantizeLinear(%xq, %s, %z)
    %a = Relu(%xd)
    %aq = QuantizeLinear(%a, %s, %z)
    %ad = DequantizeLinear(%aq, %s, %z)
    %b = Neg(%ad)
    %bq = QuantizeLinear(%b, %s, %z)
    %y = DequantizeLinear(%bq, %s, %z)
    out %y`);
  const { layers } = graphCost(graph);
  expect(layers.map(({ op, readBytes, writtenBytes }) => [op, readBytes, writtenBytes])).toEqual([
    ["QuantizeLinear", { float32: 16 }, { uint8: 4 }],
    ["Relu", { uint8: 4 }, { uint8: 4 }],
    ["Neg", { uint8: 4 }, { uint8: 4 }],
    ["DequantizeLinear", { uint8: 4 }, { float32: 16 }],
  ]);
  expect(activationMemory(graph)).toMatchObject({ intermediates: 3, intermediateBytes: 12, peakBytes: 20 });
});

test("a quantizer of a value that is also read as float runs, and so does one from integers to others", () => {
  const both = model(`in %x: float32[1, 64]
    const %scale: float32[] = 0.5
    const %zero: uint8[] = 0
    %a = Relu(%x)
    %q = QuantizeLinear(%a, %scale, %zero)
    %d = DequantizeLinear(%q, %scale, %zero)
    %b = Sigmoid(%d)
    %y = Add(%a, %b)
    out %y`).graph;
  const layer = graphCost(both).layers.find(({ op }) => op === "QuantizeLinear");
  expect(layer).toMatchObject({ readBytes: { float32: 256 }, writtenBytes: { uint8: 64 } });
  expect(activationMemory(both)).toMatchObject({ intermediateBytes: 256 + 64 + 256, peakBytes: 256 + 256 + 256 });
  const requantized = model(`in %x: uint8[1, 64]
    const %scale: float32[] = 0.5
    const %half: float32[] = 0.25
    const %zero: uint8[] = 0
    %d = DequantizeLinear(%x, %scale, %zero)
    %q = QuantizeLinear(%d, %half, %zero)
    %e = DequantizeLinear(%q, %half, %zero)
    %y = Relu(%e)
    out %y`).graph;
  expect(graphCost(requantized).layers.map(({ op }) => op)).toEqual(["QuantizeLinear", "Relu"]);
  expect(activationMemory(requantized)).toMatchObject({ intermediateBytes: 64, intermediates: 1 });
});

test("memory: the worst node, and what stands between nodes", () => {
  const memory = activationMemory(
    model(`in %x: float32[8]
    %a = Relu(%x)
    %b = Concat(%a, %a, %a) {axis = 0}
    %y = ReduceSum(%b)
    out %y`).graph,
  );
  expect(memory).toEqual({ peakBytes: 4 * (8 + 24), peakNode: "b", intermediateBytes: 4 * (8 + 24), intermediates: 2 });
});

test("a value that a branch reads lives until the branch", () => {
  const graph = model(`in %x: float32[8]
    in %c: bool[]
    %a = Relu(%x)
    %b = Neg(%x)
    %y = If(%c) {
      then_branch = graph t {
        %r = Abs(%a)
        out %r
      }, else_branch = graph e {
        %r2 = Abs(%b)
        out %r2
      }
    }
    out %y`).graph;
  // c, a, b and y: x is read no more.
  expect(activationMemory(graph)).toMatchObject({ peakBytes: 1 + 32 * 3, intermediates: 2 });
});

test("a roofline tells what binds", () => {
  const [product] = graphCost(model(matmul).graph).layers as [LayerCost];
  const rates = { int8: 4e9, float32: 1e9, memory: 1e9, stores: 0.5e9 };
  // 36 and 48 bytes are read, 48 are stored.
  expect(rooflinePoint(product, rates)).toEqual({ intensity: 36 / 132, bound: "memory", ns: 84 + 2 * 48 });
  expect(rooflinePoint(product, { ...rates, memory: 10e9, stores: 10e9 })).toMatchObject({
    bound: "arithmetic",
    ns: 36,
  });
  expect(rooflinePoint(inInt8(product), { ...rates, memory: 10e9, stores: 10e9 })).toMatchObject({
    bound: "arithmetic",
    ns: 9,
  });
});

test("zeros of weights and of both sides", () => {
  const [product] = graphCost(model(matmul).graph).layers as [LayerCost];
  const sparse = withoutZeros(product);
  expect(sparse.macs).toBe(18);
  expect(totalBytes(sparse.weightBytes)).toBe(24 + 12 / 8);
  const shape = { rows: 3, inner: 3, columns: 4 };
  expect(nonzeroProducts(new Array(9).fill(1), new Array(12).fill(1), shape)).toBe(36);
  // Column counts 3, 2, 0 of a meet row counts 4, 2, 0 of b.
  expect(nonzeroProducts([1, 1, 0, 1, 1, 0, 1, 0, 0], [1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0], shape)).toBe(16);
});

test("energy: bytes and products by type, activations dearer where no cache holds them", () => {
  const { layers } = graphCost(model(matmul).graph);
  const near = estimateEnergy(layers, 100, 1000);
  const far = estimateEnergy(layers, 100, 10);
  expect(near.arithmetic).toBeCloseTo(36 * 4.6e-6);
  expect(near.weights).toBeCloseTo((48 + 16) * 243.75e-6);
  expect(far.activations / near.activations).toBeCloseTo(1950 / 100);
  expect(near.total).toBeCloseTo(near.arithmetic + near.weights + near.activations);
  expect(estimateEnergy(layers.map(inInt8), 100, 1000).total).toBeLessThan(near.total);
});

test("a rectifier between a product and its quantizer is part of one kernel: nothing float is stored", () => {
  const text = (between: string, more = ""): Model =>
    model(`in %x: uint8[1, 4, 8, 8]
    const %s: float32[] = 0.1
    const %z: uint8[] = 0
    in %w: float32[4, 4, 1, 1]
    %d = DequantizeLinear(%x, %s, %z)
    %c = Conv(%d, %w)
    %r = ${between}(%c)
    %y = QuantizeLinear(%r, %s, %z)
    out %y${more}`);
  const fused = text("Relu");
  expect(graphCost(fused.graph).layers.map(({ op, writtenBytes }) => [op, writtenBytes])).toEqual([
    ["Conv", { uint8: 256 }],
  ]);
  expect(activationMemory(fused.graph)).toMatchObject({ peakBytes: 576, intermediates: 0 });
  const others = [text("Sigmoid"), text("Relu", "\n    out %c"), text("Relu", "\n    out %r")];
  for (const { graph } of others)
    expect(graphCost(graph).layers.some(({ writtenBytes }) => (writtenBytes.float32 ?? 0) > 0)).toBe(true);
});
