import { expect, test } from "vitest";
import type {
  FloatActivation,
  FloatBinaryWorkload,
  FloatUnaryWorkload,
} from "../../../../targets/cpu/float-workload.ts";
import { evaluateFloatBinary, evaluateFloatUnary } from "../../../../targets/cpu/reference/float/elementwise.ts";
import { binaryF32 } from "../../../../targets/cpu/templates/float/binary.ts";
import { unaryF32 } from "../../../../targets/cpu/templates/float/unary.ts";
import { activations, choices, devices, elementsOf, functionParameters, runFloat } from "./random-float.ts";

/** The greatest error as a share of the value, or of what float32 can tell near a bound of the function. */
function relativeError(actual: Float32Array, expected: Float64Array, floor: number): number {
  let greatest = 0;
  for (const [index, value] of expected.entries()) {
    const found = actual[index] as number;
    if (Number.isNaN(value) !== Number.isNaN(found)) return Infinity;
    if (!Number.isNaN(value)) greatest = Math.max(greatest, Math.abs(found - value) / Math.max(Math.abs(value), floor));
  }
  return greatest;
}

const nothing = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);

/** Functions with a kink, a zero or a steep end where a rounded argument is off by more than a share of the result. */
const piecewise: readonly FloatActivation[] = ["hard-sigmoid", "hard-swish", "gelu-tanh"];

for (const { device, runs } of devices) {
  test.skipIf(!runs).each(activations)(
    `unary-f32 ${device.name}: %s is within 2e-6 of its value everywhere`,
    (activation) => {
      const arguments_ = Float32Array.from({ length: 40_001 }, (_, index) =>
        index < 20_000 ? (index - 10_000) / 125 : (index % 2 === 0 ? 1 : -1) * 2 ** ((index - 40_000) / 400),
      );
      const strides = { row: arguments_.length, pixel: arguments_.length };
      const workload: FloatUnaryWorkload = {
        ...{ op: "unary-f32", rows: 1, columns: 1, channels: arguments_.length, x: strides, y: strides },
        ...{ activation, clamp: false },
      };
      const expected = nothing(arguments_.length);
      evaluateFloatUnary(workload, { x: arguments_, y: expected }, functionParameters);
      const kernel = unaryF32.emit(workload, {}, device);
      const y = runFloat(kernel, { x: arguments_ }, {}, { threads: 1, length: arguments_.length });
      expect(relativeError(y, expected, piecewise.includes(activation) ? 0.1 : 1e-30)).toBeLessThan(2e-6);
    },
  );

  test.skipIf(!runs)(`unary-f32 and binary-f32 ${device.name}: 250 random workloads each`, () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { below, pick, strides, floats } = choices(seed);
      const channels = pick([1, 3, 8, 15, 16, 17, 40, 64, 100, 130, 300]);
      const [rows, columns] = [1 + below(5), 1 + below(7)];
      const common = { rows, columns, channels, activation: pick(activations), clamp: below(2) === 0 };
      const y = strides(columns, channels);
      const a = strides(columns, channels);
      const expected = nothing(elementsOf(rows, columns, channels, y));
      const first = floats(elementsOf(rows, columns, channels, a), 3);
      const run = { threads: 1 + (below(2) as 0 | 1), length: expected.length };
      let found: Float32Array;
      if (seed % 2 === 0) {
        const workload: FloatUnaryWorkload = { op: "unary-f32", ...common, x: a, y };
        evaluateFloatUnary(workload, { x: first, y: expected }, functionParameters);
        found = runFloat(unaryF32.emit(workload, {}, device), { x: first }, {}, run);
      } else {
        const b = pick(["channel", "scalar", strides(columns, channels)] as const);
        const count = b === "scalar" ? 1 : b === "channel" ? channels : elementsOf(rows, columns, channels, b);
        const second = floats(count, 3);
        const workload: FloatBinaryWorkload = { op: "binary-f32", kind: pick(["add", "mul"]), ...common, a, b, y };
        evaluateFloatBinary(workload, { a: first, b: second, y: expected }, functionParameters);
        found = runFloat(binaryF32.emit(workload, {}, device), { a: first, b: second }, {}, run);
      }
      // Sums lose digits where their terms cancel.
      expect(relativeError(found, expected, 0.3), `seed ${seed}: ${JSON.stringify(common)}`).toBeLessThan(4e-6);
    }
  });
}
