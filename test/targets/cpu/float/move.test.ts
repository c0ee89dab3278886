import { expect, test } from "vitest";
import type { FloatBorderWorkload, FloatMoveWorkload } from "../../../../targets/cpu/float-workload.ts";
import { roundedToBf16 } from "../../../../targets/cpu/reference/float/bfloat16.ts";
import { evaluateFloatFillBorder, evaluateFloatMove } from "../../../../targets/cpu/reference/float/move.ts";
import { fillBorderF32 } from "../../../../targets/cpu/templates/float/fill-border.ts";
import { moveF32 } from "../../../../targets/cpu/templates/float/move.ts";
import { narrowF32 } from "../../../../targets/cpu/templates/float/narrow.ts";
import { runKernel } from "../run-kernel.ts";
import { bf16Device, choices, deviation, devices, elementsOf, runFloat } from "./random-float.ts";

const nothing = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);

test.skipIf(!bf16Device.runs)("narrow-f32: equal to the oracle on 300 random workloads", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { below, pick, strides, floats } = choices(seed);
    const channels = pick([1, 2, 3, 8, 15, 16, 17, 24, 33, 64, 130]);
    const [rows, columns] = below(8) === 0 ? [1, 1] : [1 + below(9), 1 + below(pick([9, 40]))];
    const [x, y] = [strides(columns, channels), strides(columns, channels)];
    const extent = { rows, columns, channels };
    const source = floats(elementsOf(rows, columns, channels, x));
    const expected = nothing(elementsOf(rows, columns, channels, y));
    evaluateFloatMove({ op: "move-f32", ...extent, x, y }, { x: roundedToBf16(source), y: expected });
    const kernel = narrowF32.emit({ op: "narrow-f32", ...extent, x, y }, {}, bf16Device.device);
    const sizes = { threads: 1 + (seed % 2), length: expected.length, bf16: ["y"] };
    const found = runFloat(kernel, { x: source }, {}, sizes);
    expect(deviation(found, expected), `seed ${seed}: ${JSON.stringify({ ...extent, x, y })}`).toBe(0);
  }
});

for (const { device, runs } of devices) {
  test.skipIf(!runs)(`move-f32 with ${device.name}: equal to the oracle on 300 random workloads`, () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { below, pick, strides, floats } = choices(seed);
      const channels = pick([1, 2, 3, 4, 5, 8, 15, 16, 17, 24, 33, 64]);
      const [rows, columns] = below(8) === 0 ? [1, 1] : [1 + below(9), 1 + below(pick([9, 40]))];
      const side = (): FloatMoveWorkload["x"] => strides(columns, channels);
      const [x, y] = pick([
        ["planar", side()],
        [side(), "planar"],
        [side(), side()],
      ] as const);
      const workload: FloatMoveWorkload = { op: "move-f32", rows, columns, channels, x, y };
      const length = (layout: FloatMoveWorkload["x"]): number =>
        layout === "planar" ? rows * columns * channels : elementsOf(rows, columns, channels, layout);
      const source = floats(length(x));
      const expected = nothing(length(y));
      evaluateFloatMove(workload, { x: source, y: expected });
      const kernel = moveF32.emit(workload, {}, device);
      const found = runFloat(kernel, { x: source }, {}, { threads: 1 + (seed % 2), length: expected.length });
      expect(deviation(found, expected), `seed ${seed}: ${JSON.stringify(workload)}`).toBe(0);
    }
  });

  test.skipIf(!runs)(`fill-border-f32 with ${device.name}: equal to the oracle on 250 random workloads`, () => {
    for (let seed = 1; seed <= 250; seed++) {
      const { below, pick, strides } = choices(seed);
      const channels = pick([1, 3, 5, 16, 17, 40]);
      const [rows, columns] = [1 + below(6), 1 + below(12)];
      const pads = [below(3), below(3), below(3), below(3)] as const;
      const y = strides(pads[1] + columns + pads[3], channels);
      const workload: FloatBorderWorkload = { op: "fill-border-f32", rows, columns, channels, pads, y };
      const parameters = { numbers: { value: pick([0, -Infinity, 1.5]) }, tables: {} };
      const length = elementsOf(pads[0] + rows + pads[2], pads[1] + columns + pads[3], channels, y);
      const expected = new Float32Array(length).fill(7);
      const background = new Uint8Array(expected.slice().buffer);
      evaluateFloatFillBorder(workload, expected, parameters);
      const kernel = { ...fillBorderF32.emit(workload, {}, device), grain: 1 };
      const found = runKernel(kernel, { y: background }, parameters, {}, { threads: 1 + (seed % 2) })[
        "y"
      ] as Uint8Array;
      const values = new Float32Array(found.buffer, found.byteOffset, length);
      expect(values, `seed ${seed}: ${JSON.stringify(workload)}`).toEqual(expected);
    }
  });
}
