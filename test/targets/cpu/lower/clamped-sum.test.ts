import { expect } from "vitest";
import { parseModel } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { ortEvaluate, x64Test } from "../reference/ort-evaluate.ts";
import { randomQuantizations } from "../reference/random-quantization.ts";
import { runLowered } from "./run-lowered.ts";

/** A product, so that the region is worth it, and the sum of all pairs of bytes, clamped, of a float32 result. */
function sumOf(seed: number): string {
  const random = randomQuantizations(seed);
  const [a, b, y] = [random.next(), random.next(), random.next()];
  const zero = [1, 17, 128, 200][seed % 4] as number;
  const number = (value: number): string => value.toPrecision(9);
  return `in %x: uint8[1,256,256] in %z: uint8[1,256,256]
    const %as: float32[] = ${number(a.scale)} const %az: uint8[] = ${a.zero}
    const %bs: float32[] = ${number(b.scale)} const %bz: uint8[] = ${b.zero}
    const %ys: float32[] = ${number(y.scale)} const %yz: uint8[] = ${zero}
    %fa = DequantizeLinear(%x, %as, %az) %fb = DequantizeLinear(%z, %bs, %bz)
    %s = Add(%fa, %fb) %r = Relu(%s) %q = QuantizeLinear(%r, %ys, %yz)
    const %w: int8[256,1] = random(1) const %ws: float32[] = 0.01 const %wz: int8[] = 0
    %f = DequantizeLinear(%q, %ys, %yz) %v = DequantizeLinear(%w, %ws, %wz) %y = MatMul(%f, %v)`;
}

x64Test("a sum clamped at a zero point that is not 0 is computed in float32, as by ONNX Runtime", async () => {
  const left = Uint8Array.from({ length: 65_536 }, (_, index) => index >> 8);
  const right = Uint8Array.from({ length: 65_536 }, (_, index) => index & 255);
  for (let seed = 1; seed <= 8; seed++) {
    const body = sumOf(seed);
    const model = parseModel(`opset 17 graph g { ${body} out %y }`);
    inferTypes(model);
    const [region] = planRegions(model, () => true).regions;
    if (region === undefined) throw new Error("there is no region");
    expect(region.nodes.size).toBe(model.graph.nodeCount);
    const feeds = new Map([["x", left] as const, ["z", right] as const]);
    const ours = runLowered(region.lowered, feeds).get("y") as Float32Array;
    const theirs = await ortEvaluate(body, { x: left, z: right }, "all");
    expect(Array.from(ours)).toEqual(Array.from(theirs));
  }
});
