import { expect, test } from "vitest";
import { evaluateFillBorder } from "../../../../targets/cpu/reference/fill-border.ts";
import { fillBorder } from "../../../../targets/cpu/templates/fill-border.ts";
import type { BorderWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { devices, randomBytes, runOnRows } from "./random-bytes.ts";

test.skipIf(hostMissing !== undefined).each(devices)("fill-border equals its reference on $name", (device) => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomBytes(seed);
    const extent = random.extent();
    const pads = [random.below(4), random.below(4), random.below(4), random.below(4)] as const;
    const y = random.strides(extent.columns + pads[1] + pads[3], extent.channels);
    const workload: BorderWorkload = { op: "fill-border", ...extent, pads, y };
    const kernel = fillBorder.emit(workload, fillBorder.seed(workload, device), device);
    if (!canRun(kernel.features)) return;
    const expected = random.bytes(kernel.arguments[1]?.bytes ?? 0);
    const parameters = { numbers: { value: random.below(256) }, tables: {} };
    const actual = runOnRows(kernel, { y: expected }, parameters);
    evaluateFillBorder(workload, expected, parameters);
    expect(Buffer.compare(actual, expected), JSON.stringify(workload)).toBe(0);
  }
});
