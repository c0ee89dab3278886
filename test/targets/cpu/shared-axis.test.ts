import { expect, test } from "vitest";
import { directGroupedF32 } from "../../../targets/cpu/templates/float/direct.ts";
import { igemmGrouped } from "../../../targets/cpu/templates/igemm.ts";
import { splitChannels } from "../../../targets/cpu/templates/igemm/geometry.ts";
import { sharedAxis } from "../../../targets/cpu/templates/shared-axis.ts";
import type { GroupedConvWorkload } from "../../../targets/cpu/workload.ts";
import { testDevice } from "./test-devices.ts";

const device = testDevice(["avx2", "fma"]);

/** A product of `units` by `outputs` channels in blocks of so many vectors of 16. */
function axisOf(units: number, outputs: number, vectors: number, weightsBytes = 1e5, cores = 2, slices = 1): 0 | 1 {
  const blocks = splitChannels(outputs, vectors, 16);
  return sharedAxis({ units, slices, blocks, weightsBytes, inputBytes: 4e5 }, { ...device, cores });
}

test("pixels are shared out where there are many, channels where pixels are few or weights heavy", () => {
  expect(axisOf(28, 128, 4)).toBe(0);
  expect(axisOf(7, 512, 4)).toBe(1);
  expect(axisOf(32, 3072, 3)).toBe(0);
  expect(axisOf(32, 3072, 3, 2.3e6)).toBe(1);
  expect(axisOf(32, 16, 1, 2.3e6)).toBe(0);
});

test("the way that leaves the busiest thread less to do wins", () => {
  // 10 of 19 tiles, or half of the blocks.
  expect(axisOf(19, 768, 4)).toBe(1);
  // 3 of 5 blocks, or half of the rows.
  expect(axisOf(14, 240, 3)).toBe(0);
  // Two blocks of three vectors and of two: uneven, though there are two.
  expect(axisOf(25, 80, 3)).toBe(0);
  // Eight threads have two rows at most of fourteen, but a whole block of four.
  expect(axisOf(14, 256, 4, 1e5, 8)).toBe(0);
  expect(axisOf(14, 256, 4, 1e5, 2)).toBe(1);
});

test("slices are shared out where there are several", () => {
  expect(axisOf(7, 64, 4, 1e5, 2, 8)).toBe(1);
  expect(axisOf(7, 64, 4)).toBe(0);
});

test("inputs of all groups count against the weights", () => {
  const [side, groups, channels] = [48, 4, 1024];
  const strides = { row: side * channels, pixel: channels };
  const workload: Omit<GroupedConvWorkload, "op" | "epilogue"> = {
    ...{ rows: side, columns: side, inputs: channels, outputs: channels, groups, bias: true },
    window: { kernel: [1, 3], stride: [1, 1], dilation: [1, 1] },
    x: { row: (side + 2) * channels, pixel: channels },
    y: strides,
  };
  const bytes = igemmGrouped.seed(
    { ...workload, op: "grouped-u8s8", epilogue: { out: "u8", table: false, residual: undefined } },
    { ...device, l2KiB: 512 },
  );
  const floats = directGroupedF32.seed(
    { ...workload, op: "grouped-f32", epilogue: { activation: "none", clamp: false, residual: undefined } },
    { ...device, l2KiB: 512 },
  );
  expect([bytes["parallel"], floats["parallel"]]).toEqual([0, 0]);
});
