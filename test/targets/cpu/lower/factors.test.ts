import { expect, test } from "vitest";
import type { Model } from "../../../../src/ir/index.ts";
import { parseModel, sizeOf, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { planRegions } from "../../../../targets/cpu/plan-regions.ts";
import { templatesFor } from "../../../../targets/cpu/select.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { integerIsas, testDevice } from "../test-devices.ts";
import { runProgram } from "../transformer/run-program.ts";
import { ortValues, quantized } from "./quantized-model.ts";

/** A value through a quantizer and back. */
function quantizer(from: string, to: string, scale: string, zero: string): string {
  return `%${from}q = QuantizeLinear(%${from}, %${scale}, %${zero})
    %${to} = DequantizeLinear(%${from}q, %${scale}, %${zero})`;
}

/** Networks that multiply a layer by a gate of another branch, or add a vector to it; the layers that do so themselves. */
const networks = {
  // LR-ASPP of segmentation networks: a gate a channel, from the input's average.
  "a gate a channel": {
    body: `in %x: float32[1,16,9,7]
      const %w: float32[24,16,3,3] = random(1)
      const %g: float32[24,16,1,1] = random(2)
      const %v: float32[8,24,1,1] = random(3)
      %a = Conv(%x, %w) {pads=[1, 1, 1, 1]}
      %r = Relu(%a)
      %p = GlobalAveragePool(%x)
      %e = Conv(%p, %g)
      %s = Sigmoid(%e)
      %m = Mul(%r, %s)
      %y = Conv(%m, %v)
      out %y`,
    combined: ["conv-u8s8"],
    quantizes: true,
  },
  "a gate a pixel and channel": {
    body: `in %x: float32[1,24,9,7]
      const %w: float32[24,24,3,3] = random(1)
      const %g: float32[24,24,1,1] = random(2)
      const %v: float32[8,24,1,1] = random(3)
      %e = Conv(%x, %g)
      %s = Sigmoid(%e)
      %a = Conv(%x, %w) {pads=[1, 1, 1, 1]}
      %m = Mul(%s, %a)
      %y = Conv(%m, %v)
      out %y`,
    combined: ["conv-u8s8"],
    quantizes: true,
  },
  "a vector that is quantized on its own, added to a product": {
    body: `in %x: float32[1,12,64]
      ${["xs", "as", "bs", "ms"].map((name, at) => `const %${name}: float32[] = 0.0${at + 1}`).join("\n")}
      const %z: uint8[] = 121
      const %ws: float32[] = 0.004
      const %w: int8[64,75] = random(1)
      const %v: int8[75,64] = random(3)
      const %b: uint8[75] = [${Array.from({ length: 75 }, (_, at) => (at * 47) % 256).join(", ")}]
      ${quantizer("x", "xd", "xs", "z")}
      ${["w", "v"].map((name) => `%${name}d = DequantizeLinear(%${name}, %ws)`).join("\n")}
      %bd = DequantizeLinear(%b, %bs, %z)
      %a = MatMul(%xd, %wd) ${quantizer("a", "ad", "as", "z")}
      %m = Add(%bd, %ad) ${quantizer("m", "md", "ms", "z")}
      %y = MatMul(%md, %vd)
      out %y`,
    combined: ["conv-u8s8"],
    quantizes: false,
  },
  "a gated MLP, quantized between all operators": {
    body: `in %x: float32[1,12,64]
      ${["xs", "es", "ss", "ls", "as", "ms"].map((name, at) => `const %${name}: float32[] = 0.0${at + 1}`).join("\n")}
      const %z: uint8[] = 128
      const %z0: uint8[] = 0
      const %ws: float32[] = 0.004
      const %w: int8[64,80] = random(1)
      const %g: int8[64,80] = random(2)
      const %v: int8[80,64] = random(3)
      ${quantizer("x", "xd", "xs", "z")}
      ${["w", "g", "v"].map((name) => `%${name}d = DequantizeLinear(%${name}, %ws)`).join("\n")}
      %e = MatMul(%xd, %gd) ${quantizer("e", "ed", "es", "z")}
      %s = Sigmoid(%ed) ${quantizer("s", "sd", "ss", "z0")}
      %l = Mul(%ed, %sd) ${quantizer("l", "ld", "ls", "z")}
      %a = MatMul(%xd, %wd) ${quantizer("a", "ad", "as", "z")}
      %m = Mul(%ld, %ad) ${quantizer("m", "md", "ms", "z")}
      %y = MatMul(%md, %vd)
      out %y`,
    combined: ["conv-u8s8"],
    quantizes: false,
  },
} as const;

function network(body: string): Model {
  const model = parseModel(`opset 17 graph g { ${body} }`);
  inferTypes(model);
  return model;
}

function stepsWithResidual({ steps }: LoweredRegion): readonly string[] {
  return steps.flatMap(({ workload }) =>
    "epilogue" in workload && workload.epilogue.residual !== undefined ? [workload.op] : [],
  );
}

const hostTest = test.skipIf(process.arch !== "x64" || hostMissing !== undefined);

for (const [name, { body, combined, quantizes }] of Object.entries(networks))
  hostTest(`${name}: part of the layer before it, ONNX Runtime's bits`, async () => {
    const model = quantizes ? await quantized(network(body)) : network(body);
    const [input] = model.graph.inputs;
    const shape = input?.type?.kind === "tensor" ? (input.type.shape as readonly number[]) : [];
    const next = uniformNumbers(11);
    const x = Float32Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1);
    for (const isa of Object.values(integerIsas).filter(canRun)) {
      const device = testDevice(isa);
      const { regions } = planRegions(model, (workload) => templatesFor(workload, device, false).length > 0);
      expect(regions).toHaveLength(1);
      const { lowered } = regions[0] as (typeof regions)[0];
      expect(stepsWithResidual(lowered)).toEqual(combined);
      expect(lowered.steps.map(({ workload }) => workload.op)).not.toContain("binary-u8");
      const names = lowered.inputs.map((value) => value.name);
      expect(names).toEqual([input?.name]);
      const ours = runProgram(lowered, new Map([[input?.name ?? "", x]]), device);
      const theirs = await ortValues(model, x, [...ours.keys()]);
      for (const [value, numbers] of ours)
        expect(Array.from(numbers), value).toEqual(Array.from(theirs.get(value) ?? []));
    }
  });
