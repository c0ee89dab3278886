import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import type { Dataset, InputSpec, Sample } from "../../src/data/index.ts";
import { openDataset, parsePreprocess, randomDataset, splitEveryFifth, spread } from "../../src/data/index.ts";
import type { Tensor } from "../../src/ir/index.ts";
import { bigintsOf, numbersOf, parseModel, tensorFromNumbers, tensorType } from "../../src/ir/index.ts";
import { encodeValueFile } from "../../src/onnx/index.ts";
import { codeOf } from "./code-of.ts";
import { npy, zip } from "./numpy-files.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

const x: InputSpec = { name: "x", type: tensorType("float32", [1, 2]) };
const ids: InputSpec = { name: "ids", type: tensorType("int64", [1, undefined]) };
const plain = { preprocess: parsePreprocess("none") };

function put(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function floats(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

async function collect(dataset: Dataset, positions?: readonly number[]): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of dataset.samples(positions)) samples.push(sample);
  return samples;
}

function fed(sample: Sample | undefined, name: string): readonly number[] {
  const tensor = sample?.feeds.get(name);
  return tensor === undefined ? [] : Array.from(numbersOf(tensor));
}

test.each([true, false])(
  "npz arrays are matched by name, cut by samples and streamed (deflated: %s)",
  async (deflated) => {
    const longs = new Uint8Array(BigInt64Array.from([1n, 2n, 3n, 4n, 5n, 6n]).buffer);
    const file = put(
      `arrays-${deflated}.npz`,
      zip(
        {
          "x.npy": npy("<f4", [3, 1, 2], floats(1, 2, 3, 4, 5, 6)),
          "ids.npy": npy("<i8", [3, 2], longs),
          "label.npy": npy("|u1", [3], Uint8Array.of(7, 8, 9)),
        },
        deflated,
      ),
    );
    const dataset = await openDataset(file, [x, ids], plain);
    expect(dataset.size).toBe(3);
    const all = await collect(dataset);
    expect(all.map((sample) => fed(sample, "x"))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(all.map((sample) => fed(sample, "ids"))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(all.map((sample) => sample.label)).toEqual([7, 8, 9]);
    expect(all[0]?.feeds.get("ids")?.shape).toEqual([1, 2]);
    const [only] = await collect(dataset, [2]);
    expect(fed(only, "x")).toEqual([5, 6]);
  },
);

test("a lone npy feeds the only input; float64 becomes the input's float32; a batch of the model's own size stays whole", async () => {
  const doubles = new Uint8Array(Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8]).buffer);
  const file = put("lone.npy", npy("<f8", [4, 2], doubles));
  const pair: InputSpec = { name: "whatever", type: tensorType("float32", [2, 2]) };
  const all = await collect(await openDataset(file, [pair], plain));
  expect(all.map((sample) => fed(sample, "whatever"))).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
});

test("jsonl takes nested arrays, shape and data, flat lists, labels and ids", async () => {
  const file = put(
    "rows.jsonl",
    [
      '{"x": [[1, 2]], "ids": [4, 5, 6], "label": 1}',
      "",
      '{"x": {"shape": [1, 2], "data": [3, 4]}, "ids": {"shape": [1, 1], "data": [9]}, "id": "second"}',
      '{"x": [5, 6], "ids": [[7]]}',
    ].join("\n"),
  );
  const dataset = await openDataset(file, [x, ids], plain);
  expect(dataset.size).toBe(3);
  const all = await collect(dataset);
  expect(all.map((sample) => fed(sample, "x"))).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(all.map((sample) => sample.feeds.get("ids")?.shape)).toEqual([
    [1, 3],
    [1, 1],
    [1, 1],
  ]);
  expect(all.map((sample) => [sample.id, sample.label])).toEqual([
    ["rows.jsonl:1", 1],
    ["second", undefined],
    ["rows.jsonl:4", undefined],
  ]);
  expect((await collect(dataset, [1])).map(({ id }) => id)).toEqual(["second"]);
});

test("a message about a jsonl file names the line of the file, blank ones counted", async () => {
  const file = put("blank.jsonl", '\n{"x": [1, 2]}\n\n  \n{"x": [[1,\n');
  const dataset = await openDataset(file, [x], plain);
  expect(dataset.size).toBe(2);
  await expect(collect(dataset)).rejects.toThrow("blank.jsonl:5");
});

test("test_data_set folders come in numeric order with their expected outputs", async () => {
  for (const n of [0, 2, 10]) {
    const tensor = tensorFromNumbers("float32", [1, 2], [n, n + 1]);
    put(`sets/test_data_set_${n}/input_0.pb`, encodeValueFile(tensor, "x"));
    put(`sets/test_data_set_${n}/output_0.pb`, encodeValueFile(tensor, "y"));
  }
  const all = await collect(await openDataset(join(folder, "sets"), [x], plain));
  expect(all.map((sample) => fed(sample, "x")[0])).toEqual([0, 2, 10]);
  expect(all[1]?.expected?.map((tensor) => Array.from(numbersOf(tensor)))).toEqual([[2, 3]]);
});

async function picture(name: string, red: number): Promise<void> {
  const { data } = await sharp({ create: { width: 4, height: 4, channels: 3, background: { r: red, g: 0, b: 1 } } })
    .png()
    .toBuffer({ resolveWithObject: true });
  put(name, data);
}

test("image folders: labels from sub-folders in alphabetical order, or from labels.json; background class shifts them", async () => {
  const image: InputSpec = { name: "image", type: tensorType("float32", [1, 3, 4, 4]) };
  await picture("classes/b/2.png", 20);
  await picture("classes/a/1.png", 10);
  const classes = await collect(await openDataset(join(folder, "classes"), [image], plain));
  expect(classes.map(({ id, label }) => [id, label])).toEqual([
    ["a/1.png", 0],
    ["b/2.png", 1],
  ]);
  expect(fed(classes[1], "image").slice(0, 1)).toEqual([20]);
  const notes = async (count: number, preprocess = plain.preprocess): Promise<string> =>
    (await openDataset(join(folder, "classes"), [image], { preprocess, classes: count })).notes?.join() ?? "";
  expect(await notes(1000)).toMatch(/pixels from 0 to 255.*the 2 sub-folders are classes 0 to 1 .* the model has 1000/);
  expect(await notes(2, parsePreprocess("imagenet-torchvision"))).toBe("");
  await picture("listed/z.png", 1);
  await picture("listed/y.png", 2);
  put("listed/labels.json", '{"z.png": 5, "y.png": 999}');
  const listed = await openDataset(join(folder, "listed"), [image], { ...plain, classes: 1001 });
  expect((await collect(listed)).map(({ label }) => label)).toEqual([1000, 6]);
});

test.each([
  ["IO0401", () => openDataset(join(folder, "absent"), [x], plain)],
  ["IO0402", () => openDataset(put("notes.txt", ""), [x], plain)],
  ["IO0402", () => openDataset("/dev/null", [x], plain)],
  [
    "IO0402",
    () => {
      const pipe = join(folder, "pipe.npy");
      execFileSync("mkfifo", [pipe]);
      return openDataset(pipe, [x], plain);
    },
  ],
  ["IO0404", () => openDataset(put("shape.npy", npy("<f4", [2, 3], floats(1, 2, 3, 4, 5, 6))), [x], plain)],
  ["IO0405", () => openDataset(put("type.npy", npy("<f4", [1, 1, 2], floats(1, 2))), [ids], plain)],
  [
    "IO0406",
    () =>
      openDataset(
        put(
          "name.npz",
          zip({ "y.npy": npy("<f4", [1, 2], floats(1, 2)), "x.npy": npy("<f4", [1, 2], floats(1, 2)) }, false),
        ),
        [x],
        plain,
      ),
  ],
  [
    "IO0407",
    () =>
      openDataset(
        put(
          "few.npz",
          zip({ "x.npy": npy("<f4", [1, 2], floats(1, 2)), "label.npy": npy("|u1", [1], Uint8Array.of(1)) }, false),
        ),
        [x, ids],
        plain,
      ),
  ],
  ["IO0416", () => openDataset(put("one.npy", npy("<f4", [1, 2], floats(1, 2))), [x, ids], plain)],
  ["IO0408", () => openDataset(put("order.npy", npy("<f4", [1, 2], floats(1, 2), true)), [x], plain)],
  ["IO0408", () => openDataset(put("bad.npz", "no archive at all"), [x], plain)],
  ["IO0408", async () => collect(await openDataset(put("cut.npy", npy("<f4", [3, 2], floats(1, 2))), [x], plain))],
  ...[true, false].map((deflated): [string, () => Promise<unknown>] => [
    "IO0408",
    async () => {
      const huge: InputSpec = { name: "x", type: tensorType("float32", [1, undefined]) };
      const content = { "x.npy": npy("<f4", [1, 2 ** 52], floats(1, 2)) };
      await collect(await openDataset(put(`huge-${deflated}.npz`, zip(content, deflated)), [huge], plain));
    },
  ]),
  ["IO0408", async () => collect(await openDataset(put("bad.jsonl", '{"x": [[1,'), [x], plain))],
  [
    "IO0408",
    async () =>
      collect(await openDataset(put("deep.jsonl", `{"x": ${"[".repeat(5e4)}${"]".repeat(5e4)}}`), [x], plain)),
  ],
  ["IO0408", async () => collect(await openDataset(put("rows.bad.jsonl", '{"x": [[1, 2], 3]}'), [x], plain))],
  ["IO0404", async () => collect(await openDataset(put("long.jsonl", '{"x": [1, 2, 3]}'), [x], plain))],
  ["IO0409", () => openDataset(put("empty.jsonl", "\n"), [x], plain)],
  ["IO0412", async () => collect(await openDataset(put("label.jsonl", '{"x": [1, 2], "label": -1}'), [x], plain))],
  ...(
    [
      ["negative", [2], [0, -1]],
      ["fractional", [2], [0, 0.5]],
      ["one-hot", [2, 2], [0, 1, 1, 0]],
    ] as const
  ).map(([name, shape, labels]): [string, () => Promise<unknown>] => [
    "IO0412",
    async () => {
      const arrays = {
        "x.npy": npy("<f4", [2, 2], floats(1, 2, 3, 4)),
        "label.npy": npy("<f4", shape, floats(...labels)),
      };
      return collect(await openDataset(put(`${name}.npz`, zip(arrays, false)), [x], plain));
    },
  ]),
  [
    "IO0413",
    () =>
      openDataset(
        put(
          "odd.npz",
          zip({ "x.npy": npy("<f4", [1, 2], floats(1, 2)), "ids.npy": npy("<i8", [2, 1], new Uint8Array(16)) }, false),
        ),
        [x, ids],
        plain,
      ),
  ],
])("%s is reported", async (code, action) => {
  expect(await codeOf(action)).toBe(code);
});

test("a file that is no picture is reported with IO0403 when it is reached", async () => {
  put("broken/a.jpg", "not a picture");
  const image: InputSpec = { name: "image", type: tensorType("float32", [1, 3, 4, 4]) };
  const dataset = await openDataset(join(folder, "broken"), [image], plain);
  expect(await codeOf(() => collect(dataset))).toBe("IO0403");
});

test("every fifth sample calibrates, the rest evaluates; spreading takes even steps", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => `{"x": [${i}, 0]}`).join("\n");
  const dataset = await openDataset(put("twelve.jsonl", rows), [x], plain);
  const { calibration, evaluation } = splitEveryFifth(dataset);
  const firsts = async (part: Dataset): Promise<readonly unknown[]> =>
    (await collect(part)).map((sample) => fed(sample, "x")[0]);
  expect(await firsts(calibration)).toEqual([0, 5, 10]);
  expect(await firsts(evaluation)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 11]);
  expect(await firsts(spread(evaluation, 3))).toEqual([1, 4, 8]);
});

test("integers beyond 64 bits end at the type's limits instead of wrapping", async () => {
  const file = put("huge.jsonl", '{"ids": [[1e30, -1e30, 7]]}\n');
  const [sample] = await collect(await openDataset(file, [ids], plain));
  const values = bigintsOf(sample?.feeds.get("ids") as Tensor);
  expect(values).toEqual([2n ** 63n - 1024n, -(2n ** 63n), 7n]);
});

test.each(["string", "complex64", "float8e5m2"] as const)("numbers for an input of %s are refused", async (dtype) => {
  const input: InputSpec = { name: "x", type: tensorType(dtype, [2]) };
  const lines = await openDataset(put(`numbers-${dtype}.jsonl`, '{"x": [1, 2]}\n'), [input], plain);
  expect(await codeOf(() => collect(lines))).toBe("IO0405");
  const array = put(`numbers-${dtype}.npy`, npy("<f4", [1, 2], floats(1, 2)));
  expect(await codeOf(() => openDataset(array, [input], plain))).toBe("IO0405");
});

test("inputs of types without plain numbers are generated too", async () => {
  const model = parseModel("opset 21 graph g { in %x: float8e4m3fn[3] in %c: complex64[2] out %x out %c }");
  const [sample] = await collect(randomDataset(model.graph, { seed: 0, size: 1 }));
  expect([...(sample?.feeds.get("x")?.bytes() ?? [1])]).toEqual([0, 0, 0]);
  expect(sample?.feeds.get("c")?.byteLength).toBe(16);
});

test("jsonl may begin with a byte order mark, end its lines as Windows does, and hold a long line", async () => {
  const small = await openDataset(put("bom.jsonl", '\uFEFF{"x": [1, 2]}\r\n{"x": [3, 4]}\r\n'), [x], plain);
  expect((await collect(small)).map((sample) => fed(sample, "x"))).toEqual([
    [1, 2],
    [3, 4],
  ]);
  const long = `{"ids": [[${"1,".repeat(200_000)}7]]}\n`;
  const [first, second] = await collect(await openDataset(put("long-line.jsonl", long + long), [ids], plain));
  expect(fed(first, "ids")).toHaveLength(200_001);
  expect(fed(second, "ids").at(-1)).toBe(7);
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
  "data that may not be read is IO0401",
  async () => {
    for (const name of ["closed.jsonl", "closed.npy"]) {
      chmodSync(put(name, '{"x": [1, 2]}\n'), 0);
      expect(await codeOf(() => openDataset(join(folder, name), [x], plain))).toMatch(/^IO040[18]$/);
    }
    mkdirSync(join(folder, "closed"), 0);
    expect(await codeOf(() => openDataset(join(folder, "closed"), [x], plain))).toBe("IO0401");
  },
);
