import { expect, test } from "vitest";
import type { Tensor } from "../../../src/ir/index.ts";
import { elementsOf, isTensor, parseModel, printNode, randomTensor, verifyStructure } from "../../../src/ir/index.ts";
import { encodeModel } from "../../../src/onnx/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { parseRegionName } from "../../../src/region/index.ts";
import { openSession } from "../../../src/runtime/index.ts";
import { quantizeBeforeMoving } from "../../../targets/cpu/quantize-before-moving.ts";
import { compileHere, missing } from "../../recipes/compiled-sample.ts";

const text = `opset 17 graph g {
  in %x: float32[1,16,8,8]
  const %a: float32[16,16,3,3] = random(1)
  const %b: int8[16,16,3,3] = random(2)
  const %bs: float32[] = 0.01
  const %bz: int8[] = 0
  const %s: float32[] = 0.05
  const %z: uint8[] = 128
  const %from: int64[1] = [1]
  const %to: int64[1] = [7]
  const %axis: int64[1] = [2]
  %p = Conv(%x, %a) {pads=[1, 1, 1, 1]} @first
  %m = Slice(%p, %from, %to, %axis) @slice
  %t = Transpose(%m) {perm=[0, 1, 3, 2]} @transpose
  %q = QuantizeLinear(%t, %s, %z) @quantize
  %d = DequantizeLinear(%q, %s, %z) @dequantize
  %w = DequantizeLinear(%b, %bs, %bz) @weights
  %y = Conv(%d, %w) @second
  out %y }`;

test("a quantizer goes in front of the nodes that only move what a region returns", () => {
  const model = parseModel(text);
  inferTypes(model);
  const nodes = new Set([...model.graph.nodes()].filter(({ name }) => name === "first"));
  const region = { nodes, lowered: { steps: [], inputs: [], outputs: [] } };
  expect(quantizeBeforeMoving(model, [region])).toBe(1);
  expect([...model.graph.nodes()].map(printNode).slice(0, 4)).toEqual([
    "%p: float32[1,16,8,8] = Conv(%x, %a) @first",
    "%p_QuantizeLinear_Output: uint8[1,16,8,8] = QuantizeLinear(%p, %s, %z) @p_QuantizeLinear",
    "%p_DequantizeLinear_Output: float32[1,16,8,8] = DequantizeLinear(%p_QuantizeLinear_Output, %s, %z) @p_DequantizeLinear",
    "%m: float32[1,16,6,8] = Slice(%p_DequantizeLinear_Output, %from, %to, %axis) @slice",
  ]);
  expect(verifyStructure(model)).toEqual([]);
  expect(quantizeBeforeMoving(model, [region])).toBe(0);
});

test("a quantizer without a zero point goes there too", () => {
  const model = parseModel(text.replace("QuantizeLinear(%t, %s, %z)", "QuantizeLinear(%t, %s)"));
  inferTypes(model);
  const nodes = new Set([...model.graph.nodes()].filter(({ name }) => name === "first"));
  expect(quantizeBeforeMoving(model, [{ nodes, lowered: { steps: [], inputs: [], outputs: [] } }])).toBe(1);
  expect([...model.graph.nodes()].map(printNode).slice(1, 3)).toEqual([
    "%p_QuantizeLinear_Output: uint8[1,16,8,8] = QuantizeLinear(%p, %s) @p_QuantizeLinear",
    "%p_DequantizeLinear_Output: float32[1,16,8,8] = DequantizeLinear(%p_QuantizeLinear_Output, %s) @p_DequantizeLinear",
  ]);
});

test("quantizers that ONNX Runtime leaves where they are stay: another reader, an output, a scale that is no constant", () => {
  for (const [from, to] of [
    ["out %y }", "out %y out %t }"],
    ["out %y }", "%r = Relu(%p) out %y out %r }"],
    ["const %s: float32[] = 0.05", "in %s: float32[]"],
    ["Slice(%p, %from, %to, %axis)", "Relu(%p)"],
  ] as const) {
    const model = parseModel(text.replace(from, to));
    inferTypes(model);
    const nodes = new Set([...model.graph.nodes()].filter(({ name }) => name === "first"));
    expect(quantizeBeforeMoving(model, [{ nodes, lowered: { steps: [], inputs: [], outputs: [] } }]), to).toBe(0);
  }
});

async function run(model: Uint8Array, x: Tensor, native: boolean): Promise<readonly number[]> {
  const session = await openSession(model, { optimization: "all", threads: 1, native });
  try {
    const y = (await session.run(new Map([["x", x]]))).get("y");
    if (y === undefined || !isTensor(y)) throw new Error("no output");
    return Array.from(elementsOf(y) as Float32Array);
  } finally {
    await session.close();
  }
}

test.skipIf(missing !== undefined)(
  "a region whose result is moved and then quantized loads, and gives the same bits",
  async () => {
    const model = parseModel(text);
    inferTypes(model);
    expect((await compileHere(model)).regions.length).toBeGreaterThan(0);
    expect([...model.graph.nodes()].some(({ domain, opType }) => parseRegionName(domain, opType))).toBe(true);
    const bytes = encodeModel(model, { valueInfo: "all" });
    const x = randomTensor("float32", [1, 16, 8, 8], 3);
    expect(await run(bytes, x, true)).toEqual(await run(bytes, x, false));
  },
);
