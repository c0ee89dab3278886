import { expect, test } from "vitest";
import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { evaluateProduct } from "../../../../targets/cpu/reference/transformer/product.ts";
import { product } from "../../../../targets/cpu/templates/transformer/product.ts";
import type { ProductWorkload } from "../../../../targets/cpu/transformer-workload.ts";
import { productCase } from "../../../../targets/cpu/cases/product-case.ts";
import { randomBytes } from "../../../../targets/cpu/cases/random-bytes.ts";
import type { Choices } from "../float/random-float.ts";
import { choices, randomPoint } from "../float/random-float.ts";
import { ortEvaluate, x64Test } from "../reference/ort-evaluate.ts";
import { canRun, runKernel } from "../run-kernel.ts";
import { productDevices } from "./devices.ts";

function randomWorkload({ below, pick }: Choices): ProductWorkload {
  const matrices = 1 + below(3);
  const rows = pick([1, 2, 3, 5, 8, 13, 17]);
  const columns = pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 65, 100, 130]);
  const channels = pick([1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 128, 200]);
  const gap = (): number => pick([0, 0, 3, 64]);
  const [aRow, yRow] = [channels + gap(), columns + gap()];
  const transposed = below(2) === 0;
  const bRow = (transposed ? channels : columns) + gap();
  return {
    ...{ op: "product-u8u8", matrices, rows, columns, channels, out: pick(["u8", "u8", "f32"]) },
    // Side by side in a row, as heads of attention are, or one after the other.
    a: below(2) === 0 ? { row: matrices * aRow, matrix: aRow } : { row: aRow, matrix: rows * aRow },
    b: {
      matrix: (transposed ? columns : channels) * bRow + gap(),
      ...(transposed ? { column: bRow, channel: 1 } : { column: 1, channel: bRow }),
    },
    y: below(2) === 0 ? { row: matrices * yRow, matrix: yRow } : { row: yRow, matrix: rows * yRow },
  };
}

function randomParameters({ channels }: ProductWorkload, { pick, below }: Choices): KernelParameters {
  const zero = (): number => pick([0, 128, 255, below(256)]);
  const yScale = Math.fround(0.02 * 0.03 * Math.sqrt(channels) * pick([30, 80, 5000]));
  const numbers = { aScale: 0.02, aZero: zero(), bScale: 0.03, bZero: zero(), yScale, yZero: zero() };
  const [lo, hi] = pick([
    [0, 255],
    [3, 250],
    [zero(), 255],
  ] as const);
  return { numbers: { ...numbers, lo, hi }, tables: {} };
}

for (const { name, device } of productDevices)
  test.skipIf(!canRun(device.isa))(`products with ${name}: equal to the oracle on 300 workloads`, () => {
    for (let seed = 1; seed <= 300; seed++) {
      const source = choices(seed);
      const workload = randomWorkload(source);
      expect(product.matches(workload, device)).toBe(true);
      const point = randomPoint(product, workload, device, source);
      const parameters = randomParameters(workload, source);
      const { matrices, rows, columns, channels } = workload;
      const a = randomBytes((matrices - 1) * workload.a.matrix + (rows - 1) * workload.a.row + channels, seed);
      const reach = (columns - 1) * workload.b.column + (channels - 1) * workload.b.channel;
      const b = randomBytes((matrices - 1) * workload.b.matrix + reach + 1, seed + 1);
      const length = (matrices - 1) * workload.y.matrix + (rows - 1) * workload.y.row + columns;
      const background = new Uint8Array(length * (workload.out === "u8" ? 1 : 4)).fill(0x5a);
      const expected = background.slice();
      const y = workload.out === "u8" ? expected : new Float32Array(expected.buffer);
      evaluateProduct(workload, { a, b, y }, parameters);
      const kernel = { ...product.emit(workload, point, device), grain: 1 };
      const actual = runKernel(kernel, { a, b, y: background }, parameters, {}, { threads: 2 })["y"];
      expect(actual?.slice(0, expected.length), `${seed} ${JSON.stringify({ workload, point })}`).toEqual(expected);
    }
  });

test.skipIf(!canRun(productDevices[1].device.isa))(
  "the tuner's case takes what the kernel makes, and nothing else",
  () => {
    const { device } = productDevices[1];
    for (const seed of [1, 2, 3, 4]) {
      const workload = randomWorkload(choices(seed));
      const { buffers, parameters, expected } = productCase(workload, seed);
      const kernel = product.emit(workload, product.seed(workload, device), device);
      const exact = Object.fromEntries(
        kernel.arguments.flatMap(({ name, bytes }) => {
          const given = buffers[name];
          return given === undefined ? [] : [[name, given.subarray(0, bytes)]];
        }),
      );
      const y = runKernel(kernel, exact, parameters, {}, { threads: 1 })["y"] as Uint8Array;
      expect(expected({ y }, "exact")).toBeUndefined();
      const wrong = y.slice();
      wrong[0] = (wrong[0] as number) ^ 1;
      expect(expected({ y: wrong }, "exact")).toMatch(/^matrix 0, row 0, column 0/);
    }
  },
);

test("the seed is a legal point", () => {
  for (const { device } of productDevices)
    for (let seed = 1; seed <= 200; seed++) {
      const workload = randomWorkload(choices(seed));
      expect(product.space(workload, device).legal(product.seed(workload, device))).toBe(true);
    }
});

x64Test("the oracle is ONNX Runtime's QLinearMatMul and MatMulIntegerToFloat, bit for bit", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const source = choices(seed);
    const [heads, rows, columns, channels] = [
      1 + source.below(3),
      1 + source.below(20),
      1 + source.below(20),
      1 + source.below(70),
    ];
    const out = source.pick(["u8", "f32"] as const);
    const workload: ProductWorkload = {
      ...{ op: "product-u8u8", matrices: heads, rows, columns, channels, out },
      a: { matrix: rows * channels, row: channels },
      b: { matrix: channels * columns, channel: columns, column: 1 },
      y: { matrix: rows * columns, row: columns },
    };
    const { numbers } = randomParameters(workload, source);
    const [a, b] = [randomBytes(heads * rows * channels, seed), randomBytes(heads * channels * columns, seed + 1)];
    const count = heads * rows * columns;
    const y = out === "u8" ? new Uint8Array(count) : new Float32Array(count);
    evaluateProduct(workload, { a, b, y }, { numbers: { ...numbers, lo: 0, hi: 255 }, tables: {} });
    const constants = ["a", "b", "y"].map((name) => {
      const scale = Math.fround(numbers[`${name}Scale`] as number).toPrecision(9);
      return `const %${name}s: float32[] = ${scale} const %${name}z: uint8[] = ${numbers[`${name}Zero`]}`;
    });
    const product = out === "u8" ? "%p = MatMul(%fa, %fb) %y = QuantizeLinear(%p, %ys, %yz)" : "%y = MatMul(%fa, %fb)";
    const theirs = await ortEvaluate(
      `in %a: uint8[1,${heads},${rows},${channels}] in %b: uint8[1,${heads},${channels},${columns}] ${constants.join(" ")}
       %fa = DequantizeLinear(%a, %as, %az) %fb = DequantizeLinear(%b, %bs, %bz) ${product}`,
      { a, b },
      "all",
    );
    expect(Array.from(y), `seed ${seed}`).toEqual(Array.from(theirs));
  }
});
