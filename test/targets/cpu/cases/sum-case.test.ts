import { expect, test } from "vitest";
import type { Template, Workload } from "../../../../src/schedule/index.ts";
import { floatCase } from "../../../../targets/cpu/cases/float-case.ts";
import { sumCase } from "../../../../targets/cpu/cases/sum-case.ts";
import { directGroupedF32, directTransposedF32 } from "../../../../targets/cpu/templates/float/direct.ts";
import { igemmGrouped, igemmTransposed } from "../../../../targets/cpu/templates/igemm.ts";
import type { GroupedConvWorkload, TransposedConvWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, runKernel } from "../run-kernel.ts";
import { isaSets, testDevice } from "../test-devices.ts";

const sizes = {
  ...{ rows: 5, columns: 6, inputs: 16, outputs: 24, bias: true },
  ...{ x: { row: 8 * 16, pixel: 16 }, y: { row: 6 * 24, pixel: 24 } },
  window: { kernel: [2, 3], stride: [1, 1], dilation: [1, 1] },
} as const;
const phases = {
  kernel: [4, 6],
  taps: [
    [2, 4],
    [2, 5],
  ],
  step: [2, 2],
} as const;
const bytes = { out: "u8", table: false, residual: undefined } as const;
const floats = { activation: "none", residual: undefined, clamp: false } as const;

const grouped: GroupedConvWorkload = { ...sizes, op: "grouped-u8s8", groups: 4, epilogue: bytes };
const transposed: TransposedConvWorkload = { ...sizes, op: "transposed-u8s8", phases, epilogue: bytes };
const floatGrouped = { ...sizes, op: "grouped-f32", groups: 4, epilogue: floats } as const;
const floatTransposed = { ...sizes, op: "transposed-f32", phases, epilogue: floats } as const;

const device = testDevice(isaSets.avx2);

function check<W extends Workload>(
  template: Template<W>,
  workload: W,
  makeCase: () => ReturnType<typeof sumCase>,
): void {
  test.skipIf(!canRun(isaSets.avx2))(
    `the case of ${template.name} accepts its kernel, and refuses one element that is off`,
    () => {
      const { buffers, parameters, constants, expected } = makeCase();
      const kernel = template.emit(workload, template.seed(workload, device), device);
      const sized = Object.fromEntries(
        Object.entries(buffers).map(([name, buffer]) => {
          const argument = kernel.arguments.find((other) => other.name === name);
          return [name, buffer.subarray(0, argument?.bytes)];
        }),
      );
      const y = runKernel(kernel, sized, parameters, constants)["y"] as Uint8Array;
      expect(expected({ y }, template.correctness)).toBeUndefined();
      const wrong = y.slice();
      wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
      expect(expected({ y: wrong }, template.correctness)).toContain("channel 23");
    },
  );
}

check(igemmGrouped, grouped, () => sumCase(grouped, 1));
check(igemmTransposed, transposed, () => sumCase(transposed, 1));
check(directGroupedF32, floatGrouped, () => floatCase(floatGrouped, 1));
check(directTransposedF32, floatTransposed, () => floatCase(floatTransposed, 1));
