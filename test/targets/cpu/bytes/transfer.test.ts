import { expect, test } from "vitest";
import { evaluateTransfer } from "../../../../targets/cpu/reference/transfer.ts";
import { transfer } from "../../../../targets/cpu/templates/transfer.ts";
import type { Strides, TransferWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { randomQuantizations } from "../reference/random-quantization.ts";
import type { RandomBytes } from "./random-bytes.ts";
import { bytesOf, devices, randomBytes, runOnRows } from "./random-bytes.ts";

function randomTransfer(random: RandomBytes): TransferWorkload {
  const extent = random.oneOf([random.extent(), { ...random.extent(), channels: 1 + random.below(4) }]);
  const kind = random.oneOf(["quantize", "dequantize", "move"] as const);
  const strided = (): Strides => {
    const strides = random.strides(extent.columns, extent.channels);
    return extent.channels < 4 && random.below(3) === 0 ? { pixel: 4, row: 4 * extent.columns + 8 } : strides;
  };
  const planarSide = random.below(4);
  const x = planarSide === 1 || (kind === "quantize" && planarSide > 1) ? "planar" : strided();
  const y = planarSide === 3 || (kind === "dequantize" && planarSide > 1) ? "planar" : strided();
  if (x !== "planar" && y === "planar" && kind === "quantize") return { op: "transfer", kind, ...extent, x, y: x };
  if (x === "planar" && y !== "planar" && kind === "dequantize") return { op: "transfer", kind, ...extent, x: y, y };
  return { op: "transfer", kind, ...extent, x, y };
}

/** Values near the halves of a scale, beyond all bounds, infinite and NaN. */
function floats(random: RandomBytes, length: number, scale: number): Float32Array {
  const special = [NaN, Infinity, -Infinity, 3e38, -3e38, 0, -0, 1e-45];
  const value = (): number =>
    random.below(12) === 0 ? random.oneOf(special) : scale * (random.below(600) - 300 + random.oneOf([0, 0.5, 0.3]));
  return Float32Array.from({ length }, value);
}

test.skipIf(hostMissing !== undefined).each(devices)("transfer equals its reference on $name", (device) => {
  for (let seed = 1; seed <= 600; seed++) {
    const random = randomBytes(seed);
    const workload = randomTransfer(random);
    expect(transfer.matches(workload, device), JSON.stringify(workload)).toBe(true);
    const kernel = transfer.emit(workload, transfer.seed(workload, device), device);
    if (!canRun(kernel.features)) return;
    const { scale, zero } = randomQuantizations(seed).next();
    const parameters = { numbers: workload.kind === "move" ? {} : { scale, zero }, tables: {} };
    const bytes = (name: string): number => kernel.arguments.find((argument) => argument.name === name)?.bytes ?? 0;
    const x = workload.kind === "quantize" ? floats(random, bytes("x") / 4, scale) : random.bytes(bytes("x"));
    const y = workload.kind === "dequantize" ? new Float32Array(bytes("y") / 4).fill(7) : random.bytes(bytes("y"));
    const raw = (data: Uint8Array | Float32Array): Uint8Array => (data instanceof Float32Array ? bytesOf(data) : data);
    const actual = runOnRows(kernel, { x: raw(x), y: raw(y) }, parameters);
    evaluateTransfer(workload, { x, y }, parameters);
    expect(Buffer.compare(actual, raw(y)), JSON.stringify(workload)).toBe(0);
  }
});

test("transfer leaves alone what no graph asks for", () => {
  const [device] = devices as [(typeof devices)[0]];
  const strides = { pixel: 3, row: 30 };
  const workload = {
    op: "transfer",
    kind: "quantize",
    rows: 2,
    columns: 10,
    channels: 3,
    x: strides,
    y: "planar",
  } as const;
  expect(transfer.matches(workload, device)).toBe(false);
});
