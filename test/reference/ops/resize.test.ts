import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { attr, int64Tensor, tensorFromBytes, tensorFromNumbers } from "../../../src/ir/index.ts";
import { float, noise, numbers, tensorOf } from "./run-op.ts";

const line = float([1, 1, 1, 4], [1, 2, 3, 4]);
const scales = (x: number): ReturnType<typeof float> => float([4], [1, 1, 1, x]);

test("opset 10 rounds a shrunk axis up and a grown one down, Upsample down", () => {
  expect(numbers(tensorOf("Resize", [line, scales(0.6)], {}, { opset: 10 }))).toEqual([1, 3]);
  expect(numbers(tensorOf("Resize", [line, scales(1.5)], {}, { opset: 10 }))).toEqual([1, 1, 2, 3, 3, 4]);
  const up = numbers(tensorOf("Upsample", [line], { mode: "linear", scales: attr.floats([1, 1, 1, 2]) }, { opset: 7 }));
  expect(up).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4]);
  expect(numbers(tensorOf("Upsample", [line, scales(2)], { mode: "linear" }, { opset: 9 }))).toEqual(up);
});

test("output sizes come from scales in single precision", () => {
  const x = noise([1, 1, 1, 10]);
  expect(tensorOf("Resize", [x, undefined, scales(Math.fround(0.7))], {}, { opset: 13 }).shape).toEqual([1, 1, 1, 7]);
});

test("nearest modes and coordinate maps break ties as they are named", () => {
  const resize = (nearest_mode: string, coordinate_transformation_mode: string, width: number): number[] =>
    numbers(
      tensorOf("Resize", [line, undefined, undefined, int64Tensor([1, 1, 1, width])], {
        nearest_mode,
        coordinate_transformation_mode,
      }),
    );
  expect(resize("round_prefer_floor", "half_pixel", 2)).toEqual([1, 3]);
  expect(resize("round_prefer_ceil", "half_pixel", 2)).toEqual([2, 4]);
  expect(resize("ceil", "asymmetric", 8)).toEqual([1, 2, 2, 3, 3, 4, 4, 4]);
  expect(resize("floor", "align_corners", 1)).toEqual([1]);
  expect(resize("floor", "align_corners", 7)).toEqual([1, 1, 2, 2, 3, 3, 4]);
});

test("integers of an interpolation are rounded and kept in range", () => {
  const bytes = tensorFromNumbers("uint8", [1, 1, 1, 4], [0, 255, 255, 0]);
  const y = tensorOf("Resize", [bytes, undefined, scales(2)], { mode: "cubic" });
  expect(Math.max(...numbers(y))).toBe(255);
  expect(numbers(y).at(0)).toBe(0);
  expect(numbers(tensorOf("Resize", [bytes, undefined, scales(2)], { mode: "linear" }))).toEqual([
    0, 64, 191, 255, 255, 191, 64, 0,
  ]);
});

test("a policy keeps the aspect ratio, and axes name what sizes count", () => {
  const x = noise([1, 1, 2, 4]);
  const resize = (keep_aspect_ratio_policy: string): readonly number[] =>
    tensorOf(
      "Resize",
      [x, undefined, undefined, int64Tensor([7, 8])],
      { axes: [-2, 3], keep_aspect_ratio_policy },
      { opset: 18 },
    ).shape;
  expect(resize("not_larger")).toEqual([1, 1, 4, 8]);
  expect(resize("not_smaller")).toEqual([1, 1, 7, 14]);
  expect(resize("stretch")).toEqual([1, 1, 7, 8]);
  expect(
    tensorOf("Resize", [x, undefined, undefined, int64Tensor([0, 8])], { axes: [2, 3] }, { opset: 18 }).shape,
  ).toEqual([1, 1, 0, 8]);
});

test("cropping writes the extrapolation value outside the input", () => {
  const attributes = { coordinate_transformation_mode: "tf_crop_and_resize", extrapolation_value: 7.5, axes: [3] };
  const crop = (mode: string): number[] =>
    numbers(
      tensorOf(
        "Resize",
        [line, float([2], [0.5, 1.5]), undefined, int64Tensor([3])],
        { ...attributes, mode },
        { opset: 18 },
      ),
    );
  expect(crop("nearest")).toEqual([2, 4, 7.5]);
  expect(crop("linear")).toEqual([2.5, 4, 7.5]);
});

test("ImageDecoder reads lossless pictures and orders their colours", () => {
  const decode = (bytes: Uint8Array, pixel_format: string): number[] =>
    numbers(tensorOf("ImageDecoder", [tensorFromBytes("uint8", [bytes.length], bytes)], { pixel_format }));
  const pixmap = new TextEncoder().encode("P3\n# two pixels\n2 1\n255\n255 0 0  0 0 51\n");
  expect(decode(pixmap, "RGB")).toEqual([255, 0, 0, 0, 0, 51]);
  expect(decode(pixmap, "BGR")).toEqual([0, 0, 255, 51, 0, 0]);
  expect(decode(pixmap, "Grayscale")).toEqual([76, 6]);
  const graymap = Uint8Array.of(...new TextEncoder().encode("P5 2 1 15\n"), 15, 3);
  expect(decode(graymap, "RGB")).toEqual([255, 255, 255, 51, 51, 51]);
  expect(decode(png([2, 10, 20, 30, 1, 1, 1], [1, 10, 20, 30, 1, 1, 1]), "RGB")).toEqual([
    10, 20, 30, 1, 1, 1, 10, 20, 30, 11, 21, 31,
  ]);
  expect(() => decode(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), "RGB")).toThrow(RangeError);
});

/** A PNG of RGB rows, each its filter byte and its filtered samples; checksums are left zero, which decoders may ignore. */
function png(...rows: readonly number[][]): Uint8Array {
  const chunk = (name: string, data: Uint8Array): number[] => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return [...length, ...new TextEncoder().encode(name), ...data, 0, 0, 0, 0];
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(((rows[0]?.length ?? 1) - 1) / 3);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Uint8Array.of(
    137,
    80,
    78,
    71,
    13,
    10,
    26,
    10,
    ...chunk("IHDR", header),
    ...chunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    ...chunk("IEND", Buffer.alloc(0)),
  );
}

test("GridSample reads far outside by its padding mode", () => {
  const x = float([1, 1, 1, 3], [1, 2, 3]);
  const grid = float([1, 1, 3, 2], [-3, 0, 0, 0, 3, 0]);
  const sample = (mode: string, padding_mode: string): number[] =>
    numbers(tensorOf("GridSample", [x, grid], { mode, padding_mode, align_corners: 1 }));
  expect(sample("linear", "zeros")).toEqual([0, 2, 0]);
  expect(sample("nearest", "border")).toEqual([1, 2, 3]);
  expect(sample("linear", "reflection")).toEqual([3, 2, 1]);
});
