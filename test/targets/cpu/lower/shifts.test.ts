import { expect, test } from "vitest";
import { parseModel, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { templatesFor } from "../../../../targets/cpu/select.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { integerIsas, testDevice } from "../test-devices.ts";
import { runProgram } from "../transformer/run-program.ts";
import { ortValues } from "./quantized-model.ts";

const [inputs, outputs, yScale] = [64, 75, 0.037];

/** A product of quantized operands, and what stands behind it. */
function product(behind: string, shape = `${outputs}`): string {
  return `in %x: float32[1,12,${inputs}]
    const %xs: float32[] = 0.02
    const %xz: uint8[] = 119
    const %ys: float32[] = ${yScale}
    const %yz: uint8[] = 131
    const %w: int8[${inputs},${outputs}] = random(1)
    const %ws: float32[${outputs}] = [${Array.from({ length: outputs }, (_, at) => (at + 3) / 9000).join(", ")}]
    const %b: float32[${shape}] = random(2)
    %q = QuantizeLinear(%x, %xs, %xz)
    %d = DequantizeLinear(%q, %xs, %xz)
    %wd = DequantizeLinear(%w, %ws) {axis=1}
    %p = MatMul(%d, %wd)
    ${behind}`;
}

const quantizer = "%yq = QuantizeLinear(%s, %ys, %yz) %y = DequantizeLinear(%yq, %ys, %yz) out %y";
const wide = `1,1,${outputs}`;

/** Of a vector of one dimension ONNX Runtime makes a float32 Gemm, and rounds each of its sums. */
const networks = {
  "a float32 result": { body: product("%y = Add(%b, %p) out %y", wide), steps: ["transfer", "conv-u8s8"], error: 0 },
  "a quantized result": {
    body: product(`%s = Add(%p, %b) ${quantizer}`, wide),
    ...{ steps: ["transfer", "conv-u8s8", "transfer"], error: 0 },
  },
  "of one dimension": { body: product("%y = Add(%p, %b) out %y"), steps: ["transfer", "conv-u8s8"], error: 2e-6 },
  "of one dimension, quantized": {
    body: product(`%s = Add(%p, %b) ${quantizer}`),
    ...{ steps: ["transfer", "conv-u8s8", "transfer"], error: yScale * 1.001 },
  },
};

const hostTest = test.skipIf(process.arch !== "x64" || hostMissing !== undefined);

for (const [name, { body, steps, error }] of Object.entries(networks))
  hostTest(`a float32 vector added to a product, ${name}: part of the product`, async () => {
    const model = parseModel(`opset 17 graph g { ${body} }`);
    inferTypes(model);
    const next = uniformNumbers(11);
    const x = Float32Array.from({ length: 12 * inputs }, () => 4 * next() - 2);
    for (const isa of Object.values(integerIsas).filter(canRun)) {
      const device = testDevice(isa);
      const { regions } = planRegions(model, (workload) => templatesFor(workload, device, true).length > 0);
      const lowered = regions[0]?.lowered;
      if (lowered === undefined) throw new Error("there is no region");
      expect(lowered.steps.map(({ workload }) => workload.op)).toEqual(steps);
      const ours = runProgram(lowered, new Map([["x", x]]), device).get("y") as Float32Array;
      const theirs = (await ortValues(model, x, ["y"])).get("y") as ArrayLike<number>;
      expect(new Set(ours).size).toBeGreaterThan(50);
      const errors = Array.from(ours, (value, at) => Math.abs(value - (theirs[at] as number)));
      expect(Math.max(...errors)).toBeLessThanOrEqual(error);
    }
  });

test("a GELU behind such a sum is part of the product too", () => {
  const model = parseModel(
    `opset 20 graph g { ${product(`%s = Add(%p, %b) %g = Gelu(%s)
    %yq = QuantizeLinear(%g, %ys, %yz) %y = DequantizeLinear(%yq, %ys, %yz) out %y`)} }`,
  );
  inferTypes(model);
  const [region] = planRegions(model, () => true).regions;
  const workloads = region?.lowered.steps.map(({ workload }) => workload);
  expect(workloads?.map(({ op }) => op)).toEqual(["transfer", "conv-u8s8", "transfer"]);
  expect(workloads?.[1]).toMatchObject({ shift: true, epilogue: { out: "u8", activation: "gelu" } });
});
