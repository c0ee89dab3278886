import { expect } from "vitest";
import { evaluateResize } from "../../../../targets/cpu/reference/resize.ts";
import type { ResizeWorkload } from "../../../../targets/cpu/workload.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

const coordinates = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"] as const;
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

/** A random workload; every third is an integer factor, every other takes its factors from the model. */
function randomResize(seed: number, mode: "nearest" | "linear"): { workload: ResizeWorkload; byScales: boolean } {
  const { below } = randomQuantizations(seed);
  const [height, width, channels] = [1 + below(9), 1 + below(9), 1 + below(9)];
  const byScales = seed % 2 === 0;
  const factor = (): number => (seed % 3 === 0 ? 1 + below(3) : Math.fround(0.4 + below(1000) / 350));
  const factors = [factor(), factor()] as const;
  const rows = Math.max(1, Math.floor(height * factors[0]));
  const columns = Math.max(1, Math.floor(width * factors[1]));
  const fits = height * factors[0] >= 1 && width * factors[1] >= 1;
  const workload: ResizeWorkload = {
    op: "resize-u8",
    mode,
    coordinates: coordinates[below(4)] as "half_pixel",
    rounding: roundings[below(4)] as "floor",
    input: [height, width],
    scale: byScales && fits ? factors : [Math.fround(rows / height), Math.fround(columns / width)],
    rows,
    columns,
    channels,
    x: { row: width * channels, pixel: channels },
    y: { row: columns * channels, pixel: channels },
  };
  return { workload, byScales: byScales && fits };
}

/** Bytes by channel, row, column. */
function planar(bytes: ArrayLike<number>, pixels: number, channels: number): Uint8Array {
  return Uint8Array.from(
    { length: pixels * channels },
    (_, i) => bytes[(i % pixels) * channels + Math.floor(i / pixels)] as number,
  );
}

x64Test.each(["nearest", "linear"] as const)("%s resize between the two conversions", async (mode) => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomQuantizations(1000 + seed);
    const { workload, byScales } = randomResize(seed, mode);
    const { channels, rows, columns } = workload;
    const [height, width] = workload.input;
    const from = random.next();
    const to = mode === "nearest" ? from : random.next();
    const x = Uint8Array.from({ length: height * width * channels }, () => random.below(256));
    const y = new Uint8Array(rows * columns * channels);
    const numbers = { xScale: from.scale, xZero: from.zero, yScale: to.scale, yZero: to.zero };
    evaluateResize(workload, { x, y }, { numbers, tables: {} });
    const size = byScales
      ? `const %s: float32[4] = [1, 1, ${workload.scale.map((v) => v.toPrecision(9)).join(", ")}]`
      : `const %s: int64[4] = [1, ${channels}, ${rows}, ${columns}]`;
    const actual = await ortEvaluate(
      `in %x: uint8[1,${channels},${height},${width}] ${size}
       const %xs: float32[] = ${from.scale.toPrecision(9)} const %xz: uint8[] = ${from.zero}
       const %ys: float32[] = ${to.scale.toPrecision(9)} const %yz: uint8[] = ${to.zero}
       %f = DequantizeLinear(%x, %xs, %xz)
       %r = Resize(%f, _, ${byScales ? "%s" : "_, %s"}) {mode="${mode}", coordinate_transformation_mode="${workload.coordinates}", nearest_mode="${workload.rounding}"}
       %y = QuantizeLinear(%r, %ys, %yz)`,
      { x: planar(x, height * width, channels) },
    );
    expect(Array.from(actual), JSON.stringify(workload)).toEqual(Array.from(planar(y, rows * columns, channels)));
  }
});
