import { expect, test } from "vitest";
import { tensorType } from "../../src/ir/index.ts";
import { numbersOf } from "../../src/ir/index.ts";
import { preprocess } from "../../src/data/preprocess/apply.ts";
import { decodeBitmap } from "../../src/data/preprocess/bitmap.ts";
import { planPreprocess } from "../../src/data/preprocess/plan.ts";
import { centreCrop, resample } from "../../src/data/preprocess/resample.ts";
import { parsePreprocess } from "../../src/data/index.ts";
import { codeOf } from "./code-of.ts";

// Random pixels and what PIL 12's Image.resize(..., BILINEAR) makes of them.
const source = {
  height: 5,
  width: 7,
  channels: 3,
  data: Uint8Array.from([
    106, 23, 1, 141, 152, 6, 27, 18, 249, 44, 73, 181, 131, 230, 6, 215, 184, 187, 120, 74, 200, 99, 15, 31, 0, 153,
    197, 130, 21, 99, 190, 145, 253, 43, 152, 228, 147, 74, 227, 111, 202, 118, 115, 229, 107, 171, 204, 4, 249, 91, 38,
    32, 169, 198, 102, 10, 138, 222, 13, 53, 149, 155, 117, 63, 119, 244, 44, 13, 166, 253, 242, 23, 224, 233, 216, 112,
    148, 246, 223, 177, 172, 247, 165, 7, 93, 250, 54, 37, 167, 5, 243, 116, 142, 25, 3, 116, 248, 77, 46, 166, 26, 14,
    48, 55, 81,
  ]),
};
const smaller = [
  92, 76, 54, 83, 69, 173, 115, 159, 153, 145, 136, 179, 108, 152, 101, 168, 136, 102, 119, 100, 178, 177, 118, 108, 71,
  153, 107, 168, 137, 107, 168, 103, 129, 160, 98, 67,
];
const largerStart = [
  106, 23, 1, 129, 109, 4, 90, 92, 114, 31, 30, 234, 44, 73, 181, 112, 195, 45, 178, 204, 107, 183, 147, 191, 120, 74,
  200, 101, 17, 24,
];

test("resizing gives PIL's bilinear pixels, smaller and larger", () => {
  expect([...resample(source, 3, 4).data]).toEqual(smaller);
  expect([...resample(source, 6, 9).data.slice(0, 30)]).toEqual(largerStart);
});

test("the crop is taken from the centre", () => {
  const crop = centreCrop(source, 3, 3);
  expect([...crop.data.slice(0, 3)]).toEqual([...source.data.slice((7 + 2) * 3, (7 + 2) * 3 + 3)]);
});

test("specs: presets, overrides, fractions and lists", () => {
  expect(parsePreprocess("tensorflow,resize=182,crop=160")).toMatchObject({
    scale: 1 / 127.5,
    mean: [1],
    resize: 182,
    crop: { height: 160, width: 160 },
  });
  expect(parsePreprocess("scale=1/255,mean=0.1:0.2:0.3,std=0.5,resize=20x30,order=bgr,label-offset=1")).toMatchObject({
    scale: 1 / 255,
    mean: [0.1, 0.2, 0.3],
    std: [0.5],
    resize: { height: 20, width: 30 },
    order: "bgr",
    labelOffset: 1,
  });
});

test.each([
  ["tensorflo", /did you mean "tensorflow"/],
  ["none,scal=2", /did you mean "scale"/],
  ["scale=abc", /takes a non-zero number/],
  ["std=0", /non-zero/],
  ["scale=0", /non-zero/],
  ["resize=99999999", /at most 16384/],
  ["crop=1x99999999", /at most 16384/],
  ["label-offset=99999999999999999999", /whole number/],
  ["__proto__=1", /unknown key/],
  ["constructor", /unknown preset/],
  ["mean=1,tensorflow", /no key=value/],
])("a wrong spec (%s) is refused with IO0410", async (spec, message) => {
  expect(await codeOf(() => parsePreprocess(spec))).toBe("IO0410");
  expect(() => parsePreprocess(spec)).toThrow(message);
});

test("layout, size and channels come from the input; values follow (pixel*scale - mean)/std", () => {
  const spec = parsePreprocess("order=bgr,scale=2,mean=1:2:3,std=4");
  const nhwc = planPreprocess(spec, [{ name: "x", type: tensorType("float32", [undefined, 5, 7, 3]) }]);
  const tensor = preprocess(source, nhwc);
  expect(tensor.shape).toEqual([1, 5, 7, 3]);
  expect([...Array.from(numbersOf(tensor)).slice(0, 3)]).toEqual([
    (1 * 2 - 1) / 4,
    (23 * 2 - 2) / 4,
    (106 * 2 - 3) / 4,
  ]);
  const nchw = planPreprocess(spec, [{ name: "x", type: tensorType("float32", [1, 3, 5, 7]) }]);
  expect(numbersOf(preprocess(source, nchw))[35]).toBe((23 * 2 - 2) / 4);
  const bytes = planPreprocess(parsePreprocess("none"), [{ name: "x", type: tensorType("uint8", [1, 5, 7, 3]) }]);
  expect([...preprocess(source, bytes).bytes()]).toEqual([...source.data]);
});

test.each([
  [[tensorType("float32", [1, 10])]],
  [[tensorType("float32", [1, 3, undefined, undefined])]],
  [[tensorType("float32", [1, 5, 8, 8])]],
  [[tensorType("float32", [1, 3, 8, 8]), tensorType("float32", [1])]],
])("inputs that take no pictures are refused with IO0411", async (types) => {
  const inputs = types.map((type, i) => ({ name: `x${i}`, type }));
  expect(await codeOf(() => planPreprocess(parsePreprocess("none"), inputs))).toBe("IO0411");
});

test("bitmaps are read bottom-up, blue first", () => {
  const file = Buffer.alloc(54 + 16);
  file.write("BM", 0, "latin1");
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(2, 18);
  file.writeInt32LE(2, 22);
  file.writeUInt16LE(24, 28);
  file.set([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0], 54);
  const { data } = decodeBitmap(file, false);
  expect([...data]).toEqual([9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);
  expect(() => decodeBitmap(file.subarray(0, 60), false)).toThrow(/cut short/);
});
