import { expect, test } from "vitest";
import { parseModel, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { templatesFor } from "../../../../targets/cpu/select.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { integerIsas, testDevice } from "../test-devices.ts";
import { runProgram } from "../transformer/run-program.ts";
import { ortValues } from "./quantized-model.ts";

const weights = Array.from({ length: 64 * 48 }, (_, at) => ((at * 37) % 255) - 127).join(", ");

/** Sums of scale 0.03 to 0.04: half of them lie between two steps, where float32 and integers round differently. */
const text = (operator: string, behind = "", last = "m"): string => `opset 17 graph g {
  in %x: float32[1,12,64]
  const %xs: float32[] = 0.02 const %z: uint8[] = 128
  const %ps: float32[] = 0.03 const %pz: uint8[] = 130
  const %ys: float32[] = 0.04 const %yz: uint8[] = 0
  const %w: int8[64,48] = [${weights}] const %ws: float32[] = 0.001
  %q = QuantizeLinear(%x, %xs, %z) %d = DequantizeLinear(%q, %xs, %z) %wd = DequantizeLinear(%w, %ws)
  %p = MatMul(%d, %wd) %pq = QuantizeLinear(%p, %ps, %pz) %pd = DequantizeLinear(%pq, %ps, %pz)
  %m = ${operator}(%pd, %pd) ${behind}
  %yq = QuantizeLinear(%${last}, %ys, %yz) %y = DequantizeLinear(%yq, %ys, %yz)
  out %y
}`;

const networks = [
  ["a sum", text("Add")],
  ["a rectified sum", text("Add", "%s = Relu(%m)", "s")],
  [
    "a sum that is cut off",
    text("Add", "const %lo: float32[] = 0.1 const %hi: float32[] = 3.3 %s = Clip(%m, %lo, %hi)", "s"),
  ],
  ["a product", text("Mul", "%s = Relu(%m)", "s")],
] as const;

const hostTest = test.skipIf(process.arch !== "x64" || hostMissing !== undefined);

hostTest.each(networks)("%s of a tensor with itself: a table, ONNX Runtime's bits", async (_, body) => {
  const model = parseModel(body);
  inferTypes(model);
  const next = uniformNumbers(11);
  const x = Float32Array.from({ length: 12 * 64 }, () => 4 * next() - 2);
  for (const isa of Object.values(integerIsas).filter(canRun)) {
    const device = testDevice(isa);
    const { regions } = planRegions(model, (workload) => templatesFor(workload, device, true).length > 0);
    const lowered = regions[0]?.lowered;
    if (lowered === undefined) throw new Error("there is no region");
    expect(lowered.steps.map(({ workload }) => workload.op)).toEqual(["transfer", "conv-u8s8", "transfer"]);
    const ours = runProgram(lowered, new Map([["x", x]]), device).get("y") as Float32Array;
    const theirs = (await ortValues(model, x, ["y"])).get("y") as ArrayLike<number>;
    expect(new Set(ours).size).toBeGreaterThan(20);
    expect(Array.from(ours)).toEqual(Array.from(theirs));
  }
});
