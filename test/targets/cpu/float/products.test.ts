import { expect, test } from "vitest";
import type { Template } from "../../../../src/schedule/index.ts";
import type {
  FloatConvWorkload,
  FloatGroupedConvWorkload,
  FloatTransposedConvWorkload,
} from "../../../../targets/cpu/float-workload.ts";
import type { FloatConvOperands } from "../../../../targets/cpu/reference/float/conv.ts";
import { evaluateFloatGroupedConv } from "../../../../targets/cpu/reference/float/grouped.ts";
import { evaluateFloatTransposedConv } from "../../../../targets/cpu/reference/float/transposed.ts";
import { directGroupedF32, directTransposedF32 } from "../../../../targets/cpu/templates/float/direct.ts";
import { fillFloatConv } from "./random-conv.ts";
import type { Choices } from "./random-float.ts";
import {
  bf16Device,
  choices,
  deviation,
  devices,
  elementsOf,
  functionParameters,
  randomPoint,
  runFloat,
} from "./random-float.ts";

interface Sample<W> {
  readonly workload: W;
  readonly operands: Omit<FloatConvOperands, "y">;
}

type Base = Omit<FloatConvWorkload, "op" | "weights">;

function randomBase({ below, pick, strides, epilogue }: Choices, inputs: number, outputs: number, most: number): Base {
  const kernel = [pick([1, 2, 3, 3]), pick([1, 2, 3, 3])] as const;
  const stride = [1 + below(most), 1 + below(most)] as const;
  const dilation = [pick([1, 1, 2]), pick([1, 1, 2])] as const;
  const [rows, columns] = [1 + below(5), 1 + below(pick([4, 9, 16]))];
  const across = (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  return {
    ...{ rows, columns, inputs, outputs, window: { kernel, stride, dilation }, bias: below(4) > 0 },
    x: strides(across, inputs),
    y: strides(columns, outputs),
    epilogue: epilogue(columns, outputs),
  };
}

function randomGrouped(source: Choices): Sample<FloatGroupedConvWorkload> {
  const { pick } = source;
  const groups = pick([2, 2, 3, 4, 6, 8, 16]);
  const [inputs, outputs] = [pick([1, 1, 2, 3, 4, 5, 8, 16]), pick([1, 2, 3, 4, 4, 8, 16, 17, 40])];
  const base = randomBase(source, groups * inputs, groups * outputs, 2);
  const dense: FloatConvWorkload = { ...base, op: "conv-f32", weights: "oihw" };
  const { weights } = fillFloatConv({ ...dense, inputs }, source);
  return { workload: { ...base, op: "grouped-f32", groups }, operands: { ...fillFloatConv(dense, source), weights } };
}

function randomTransposed(source: Choices): Sample<FloatTransposedConvWorkload> {
  const { below, pick, floats } = source;
  const groups = pick([1, 1, 1, 2, 4, 8, 24]);
  const [channels, parts] =
    groups > 1 ? [groups * pick([1, 1, 2, 4, 5, 20]), 1] : [pick([1, 2, 3, 8, 12, 16, 24, 33]), pick([1, 1, 2, 3])];
  const inputs = groups * pick(groups > 1 ? [1, 1, 2, 4, 6] : [1, 2, 3, 5, 8, 24]);
  const base = randomBase(source, inputs, parts * channels, 1);
  const steps = [1 + below(3), 1 + below(3)] as const;
  const least = base.window.kernel.map((cells, axis) => (cells - 1) * (steps[axis] as number)) as [number, number];
  const kernel = [least[0] + 1 + below(3), least[1] + 1 + below(3)] as const;
  const row = least[0] + below(kernel[0] - least[0]);
  const taps = Array.from({ length: parts }, () => [row, least[1] + below(kernel[1] - least[1])] as const);
  const operands = fillFloatConv({ ...base, op: "conv-f32", weights: "oihw" }, source);
  const terms = (inputs / groups) * base.window.kernel[0] * base.window.kernel[1];
  return {
    workload: {
      ...base,
      op: "transposed-f32",
      ...(groups > 1 ? { groups } : {}),
      phases: { kernel, taps, step: steps },
    },
    operands: {
      ...operands,
      weights: floats(inputs * (channels / groups) * kernel[0] * kernel[1], 1 / Math.sqrt(terms)),
      bias: operands.bias?.slice(0, channels),
    },
  };
}

function check<W extends FloatGroupedConvWorkload | FloatTransposedConvWorkload>(
  template: Template<W>,
  makeSample: (source: Choices) => Sample<W>,
  evaluate: (workload: W, operands: FloatConvOperands, parameters: typeof functionParameters) => void,
): void {
  for (const { device, runs } of [...devices, bf16Device])
    test.skipIf(!runs)(`${template.name} with ${device.name}: within 1e-5 of the oracle on 520 workloads`, () => {
      for (let seed = 1; seed <= 520; seed++) {
        const source = choices(seed);
        const { workload: single, operands } = makeSample(source);
        const isStored = device === bf16Device.device && source.below(4) > 0;
        const workload: W = isStored ? { ...single, epilogue: { ...single.epilogue, out: "bf16" } } : single;
        expect(template.matches(workload, device)).toBe(true);
        const { rows, columns, outputs } = workload;
        const expected = new Float64Array(elementsOf(rows, columns, outputs, workload.y)).fill(Number.NaN);
        evaluate(workload, { ...operands, y: expected }, functionParameters);
        const point = randomPoint(template, workload, device, source);
        const { x, residual, weights, bias } = operands;
        const kernel = template.emit(workload, point, device);
        const options = { threads: 1 + (seed % 2), length: expected.length, bf16: isStored ? ["y"] : [] };
        const y = runFloat(kernel, { x, residual }, { weights, bias }, options);
        const error = deviation(y, expected, 1, isStored ? 2 ** -8 : 0);
        expect(error, `seed ${seed}: ${JSON.stringify(workload)} at ${JSON.stringify(point)}`).toBeLessThan(1e-5);
      }
    });
}

check(directGroupedF32, randomGrouped, evaluateFloatGroupedConv);
check(directTransposedF32, randomTransposed, evaluateFloatTransposedConv);
