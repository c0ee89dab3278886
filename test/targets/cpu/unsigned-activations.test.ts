import { expect } from "vitest";
import type { Model } from "../../../src/ir/index.ts";
import { cloneModel, parseModel, uniformNumbers } from "../../../src/ir/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { ownDequantizers } from "../../../targets/cpu/own-dequantizers.ts";
import { planRegions } from "../../../targets/cpu/plan-regions.ts";
import { unsignedActivations } from "../../../targets/cpu/unsigned-activations.ts";
import { ortValues } from "./lower/quantized-model.ts";
import { runLowered } from "./lower/run-lowered.ts";
import { x64Test } from "./reference/ort-evaluate.ts";

/** `%name` quantized to int8 and dequantized, as `%name_d`. */
function pair(name: string, scale: number, zero: number): string {
  return `const %${name}_s: float32[] = ${scale} const %${name}_z: int8[] = ${zero}
    %${name}_q = QuantizeLinear(%${name}, %${name}_s, %${name}_z)
    %${name}_d = DequantizeLinear(%${name}_q, %${name}_s, %${name}_z)\n`;
}

/** Two convolutions, the second with a residual, and a constant that both add dequantized. */
function signedNetwork(): Model {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,16,12,12] const %w: int8[16,16,3,3] = random(1) const %ws: float32[] = 0.01 const %wz: int8[] = 0
    const %c: int8[1,16,1,1] = random(2) const %cs: float32[] = 0.0031734 const %cz: int8[] = 5
    %wd = DequantizeLinear(%w, %ws, %wz) %cd = DequantizeLinear(%c, %cs, %cz)
    ${pair("x", 0.01, -3)}
    %a = Conv(%x_d, %wd) {pads=[1, 1, 1, 1]} ${pair("a", 0.0611, 0)}
    %b = Add(%a_d, %cd) ${pair("b", 0.0623, -7)}
    %e = Conv(%b_d, %wd) {pads=[1, 1, 1, 1]} ${pair("e", 0.3931, 11)}
    %f = Add(%e_d, %b_d) ${pair("f", 0.4017, 11)}
    %h = Add(%f_d, %cd) ${pair("h", 0.4, 11)}
    out %h_d
  }`);
  inferTypes(model);
  return model;
}

x64Test("int8 activations become uint8 ones that stand for the same numbers, and a region as a whole", async () => {
  const original = signedNetwork();
  const model = cloneModel(original);
  inferTypes(model);
  expect(planRegions(model, () => true).regions).toEqual([]);
  ownDequantizers(model);
  expect(unsignedActivations(model)).toBe(6);
  expect(unsignedActivations(model)).toBe(0);
  inferTypes(model);
  const [region] = planRegions(model, () => true).regions;
  if (region === undefined) throw new Error("there is no region");
  expect(region.nodes.size).toBe(model.graph.nodeCount);
  const next = uniformNumbers(3);
  const x = Float32Array.from({ length: 16 * 144 }, () => 2.4 * (next() - 0.5));
  const ours = runLowered(region.lowered, new Map([["x", x]])).get("h_d");
  for (const one of [original, model]) {
    const theirs = Array.from((await ortValues(one, x, ["h_d"])).get("h_d") ?? []);
    const steps = theirs.map((value, index) => Math.round(Math.abs(value - (ours?.[index] as number)) / 0.4));
    expect(Math.max(...steps)).toBeLessThan(2);
    expect(steps.filter((step) => step > 0).length).toBeLessThanOrEqual(one === model ? 0 : 2);
  }
});

x64Test("bytes that are moved in between become uint8 all the way", () => {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,4,8] const %s: float32[] = 0.1 const %z: int8[] = 1
    %q = QuantizeLinear(%x, %s, %z) %t = Transpose(%q) {perm=[0, 2, 1]} %d = DequantizeLinear(%t, %s, %z)
    out %d
  }`);
  inferTypes(model);
  expect(unsignedActivations(model)).toBe(1);
  const bytes = [...model.graph.nodes()]
    .slice(0, 2)
    .map(({ output: { type } }) => type?.kind === "tensor" && type.dtype);
  expect(bytes).toEqual(["uint8", "uint8"]);
  inferTypes(model);
});

x64Test("outputs and what others read besides dequantizers stay int8", () => {
  const model = parseModel(`opset 17 graph g {
    in %x: float32[1,4] const %s: float32[] = 0.1 const %z: int8[] = 1
    %q = QuantizeLinear(%x, %s, %z) %d = DequantizeLinear(%q, %s, %z)
    %r = QuantizeLinear(%d, %s, %z) %c = Cast(%r) {to=1} out %q out %d out %c
  }`);
  inferTypes(model);
  expect(unsignedActivations(model)).toBe(0);
});
