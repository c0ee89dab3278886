import { expect, test } from "vitest";
import { evaluateBinary } from "../../../../targets/cpu/reference/binary.ts";
import { binary } from "../../../../targets/cpu/templates/binary.ts";
import type { BinaryWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { randomQuantizations } from "../reference/random-quantization.ts";
import { devices, randomBytes, runOnRows } from "./random-bytes.ts";

test.skipIf(hostMissing !== undefined).each(devices)("binary equals its reference on $name", (device) => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomBytes(seed);
    const extent = random.extent();
    const strides = () => random.strides(extent.columns, extent.channels);
    const workload: BinaryWorkload = {
      op: "binary-u8",
      kind: random.oneOf(["add", "mul"]),
      ...extent,
      a: strides(),
      b: random.oneOf([strides(), strides(), "channel", "scalar"]),
      y: strides(),
      table: random.below(4) === 0,
    };
    const quantizations = randomQuantizations(seed);
    const [a, b, y] = [quantizations.next(), quantizations.next(), quantizations.next()];
    const extreme = seed % 20 === 0 ? 1e9 : 1;
    const [lo, hi] = random.below(3) === 0 ? [random.below(100), 100 + random.below(156)] : [0, 255];
    const numbers = {
      ...{ aScale: a.scale * extreme, aZero: a.zero, bScale: b.scale, bZero: b.zero },
      ...{ yScale: y.scale, yZero: y.zero, lo, hi },
    };
    const parameters = { numbers, tables: workload.table ? { table: random.bytes(256) } : {} };
    const kernel = binary.emit(workload, binary.seed(workload, device), device);
    if (!canRun(kernel.features)) return;
    const bytes = (name: string): Uint8Array =>
      random.bytes(kernel.arguments.find((argument) => argument.name === name)?.bytes ?? 0);
    const buffers = { a: bytes("a"), b: bytes("b"), y: bytes("y") };
    const actual = runOnRows(kernel, buffers, parameters);
    evaluateBinary(workload, buffers, parameters);
    expect(Buffer.compare(actual, buffers.y), JSON.stringify(workload)).toBe(0);
  }
});
