import { expect, test } from "vitest";
import { evaluateResize } from "../../../../targets/cpu/reference/resize.ts";
import { resize } from "../../../../targets/cpu/templates/resize.ts";
import type { ResizeWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { randomQuantizations } from "../reference/random-quantization.ts";
import type { RandomBytes } from "./random-bytes.ts";
import { devices, randomBytes, runOnRows } from "./random-bytes.ts";

function randomResize(random: RandomBytes): ResizeWorkload {
  const { rows: height, columns: width, channels } = random.extent();
  const factor = random.oneOf([0.4, 0.75, 1, 1.3, 2, 3, 4.7]);
  const wide = random.oneOf([factor, 1, 2]);
  const rows = Math.max(1, Math.floor(height * factor));
  const columns = Math.max(1, Math.min(90, Math.floor(width * wide)));
  return {
    op: "resize-u8",
    mode: random.oneOf(["nearest", "linear"]),
    coordinates: random.oneOf(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]),
    rounding: random.oneOf(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]),
    input: [height, width],
    scale: [Math.fround(rows / height), Math.fround(columns / width)],
    ...{ rows, columns, channels },
    x: random.strides(width, channels),
    y: random.strides(columns, channels),
  };
}

test.skipIf(hostMissing !== undefined).each(devices)("resize equals its reference on $name", (device) => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomBytes(seed);
    const workload = randomResize(random);
    const kernel = resize.emit(workload, resize.seed(workload, device), device);
    if (!canRun(kernel.features)) return;
    const quantizations = randomQuantizations(seed);
    const [from, to] = [quantizations.next(), quantizations.next()];
    const numbers = { xScale: from.scale, xZero: from.zero, yScale: to.scale, yZero: to.zero };
    const [x, , y] = kernel.arguments.map(({ bytes }) => random.bytes(bytes)) as [Uint8Array, Uint8Array, Uint8Array];
    const actual = runOnRows(kernel, { x, y }, { numbers, tables: {} });
    evaluateResize(workload, { x, y }, { numbers, tables: {} });
    expect(Buffer.compare(actual, y), JSON.stringify(workload)).toBe(0);
  }
});
