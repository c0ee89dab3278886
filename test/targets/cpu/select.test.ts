import { expect, test } from "vitest";
import { defaultSelection, mayBeStepOff, templatesFor } from "../../../targets/cpu/select.ts";
import type { ConvWorkload, Epilogue } from "../../../targets/cpu/workload.ts";
import { isaSets, testDevice } from "./test-devices.ts";

const device = testDevice(isaSets.avx512vnni);

function conv(epilogue: Epilogue): ConvWorkload {
  return {
    ...{ op: "conv-u8s8", rows: 16, columns: 16, inputs: 64, outputs: 64, weights: "oihw", bias: true },
    window: { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] },
    ...{ x: { row: 18 * 64, pixel: 64 }, y: { row: 16 * 64, pixel: 64 } },
    epilogue,
  };
}

const plain = conv({ out: "u8", table: false, residual: undefined });
const approximated: Epilogue = { out: "u8", activation: "gelu", table: false, residual: undefined };

test("what may be a step off is offered, but not preferred, and never where results must be exact", () => {
  const names = (exact: boolean): readonly string[] => templatesFor(plain, device, exact).map(({ name }) => name);
  expect(names(false)).toEqual(["igemm", "winograd-s16"]);
  expect(names(true)).toEqual(["igemm"]);
  expect(defaultSelection(plain, device)?.template.name).toBe("igemm");
});

test("a function approximated before it is rounded may be a step off; results of float32 are never", () => {
  expect(defaultSelection(conv(approximated), device)?.template.name).toBe("igemm-activation");
  expect(defaultSelection(conv(approximated), device, true)).toBeUndefined();
  const float = conv({ ...approximated, out: "f32" });
  expect(templatesFor(float, device, true).map((template) => mayBeStepOff(template, float))).toEqual([false]);
});
