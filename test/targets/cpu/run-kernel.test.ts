import { expect, test } from "vitest";
import { dotKernel, tableKernel } from "../../runtime/native/test-kernels.ts";
import { hostMissing, runKernel } from "./run-kernel.ts";

const skip = hostMissing !== undefined;
if (skip) console.warn(`kernels are not run: ${hostMissing}`);

const table = Uint8Array.from({ length: 256 }, (_, i) => (i * 7 + 3) % 256);

test.skipIf(skip)("a kernel runs over its extent, on one thread and on more", () => {
  const x = Uint8Array.from({ length: 5000 }, (_, i) => (i * 31) % 256);
  const expected = x.map((value) => table[value] as number);
  for (const threads of [1, 2, 5])
    expect(runKernel(tableKernel(5000), { x }, { numbers: {}, tables: { table } }, {}, { threads })).toEqual({
      y: expected,
    });
});

test.skipIf(skip)("constants are packed, and each thread has scratch of its own", () => {
  const outputs = 200;
  const x = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256);
  const weights = Int8Array.from({ length: 64 * outputs }, (_, i) => ((i * 73) % 255) - 127);
  const bias = Int32Array.from({ length: outputs }, (_, i) => i * 1000 - 5000);
  const expected = Int32Array.from(bias, (first, o) =>
    x.reduce((sum, value, k) => sum + (value - 128) * (weights[64 * o + k] as number), first),
  );
  const constants = { weights: new Uint8Array(weights.buffer), bias: new Uint8Array(bias.buffer) };
  for (const threads of [1, 2, 4]) {
    const { y } = runKernel(dotKernel(outputs), { x }, { numbers: { xZero: 128 }, tables: {} }, constants, { threads });
    expect(new Int32Array((y as Uint8Array).slice().buffer)).toEqual(expected);
  }
});
