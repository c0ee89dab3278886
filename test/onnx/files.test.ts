import { createHash } from "node:crypto";
import { link, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InferOptError } from "../../src/diagnostics/index.ts";
import { elementsOf, hashModel, tensorFromElements } from "../../src/ir/index.ts";
import type { Model, Tensor } from "../../src/ir/index.ts";
import { ExternalTensor, decodeModel, encodeModel, loadModel, saveModel } from "../../src/onnx/index.ts";
import { decodeMessage } from "../../src/onnx/codec/decode-message.ts";
import { modelProto } from "../../src/onnx/proto/model.ts";
import type { TensorProto } from "../../src/onnx/proto/tensor.ts";
import { fileOf, floatTensor, floats, modelFrom, modelOf, node } from "./sample-models.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "infer-opt-onnx-"));
});
afterEach(() => rm(folder, { recursive: true }));

const weights = Float32Array.from({ length: 5000 }, (_, i) => i / 7);

function externalTensor(entries: Readonly<Record<string, string>>, rest: Partial<TensorProto> = {}): TensorProto {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { name: "w", dims: [5000n], dataType: 1, dataLocation: 1, externalData, ...rest };
}

async function writeModel(tensor: TensorProto, file = "m.onnx"): Promise<string> {
  const graph = {
    name: "g",
    input: [floats("x", 5000)],
    output: [floats("y", 5000)],
    initializer: [tensor],
    node: [node("Add", ["x", "w"], ["y"])],
  };
  await writeFile(join(folder, file), fileOf(modelOf(graph)));
  return join(folder, file);
}

const weightBytes = new Uint8Array(weights.buffer);

async function writeData(file = "w.bin", before = 0): Promise<void> {
  await writeFile(join(folder, file), Buffer.concat([new Uint8Array(before), weightBytes]));
}

function onlyConstant(model: Model): Tensor {
  for (const value of model.graph.constants) if (value.constant !== undefined) return value.constant;
  throw new Error("no constant");
}

async function failure(action: Promise<unknown>): Promise<InferOptError["diagnostic"]> {
  try {
    await action;
  } catch (error) {
    if (error instanceof InferOptError) return error.diagnostic;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("external data", () => {
  test("is read by range and never held", async () => {
    await writeData("w.bin", 100);
    const { model, externalFiles } = await loadModel(
      await writeModel(externalTensor({ location: "w.bin", offset: "100" })),
    );
    const tensor = onlyConstant(model);
    expect(tensor).toBeInstanceOf(ExternalTensor);
    expect(elementsOf(tensor)).toEqual(weights);
    expect(tensor.read(8, 4)).toEqual(weightBytes.subarray(8, 12));
    expect(tensor.read(19_996, 100).byteLength).toBe(4);
    expect(tensor.bytes()).not.toBe(tensor.bytes());
    expect(externalFiles.map(({ location, bytes }) => [location, bytes])).toEqual([["w.bin", 20_100]]);
  });

  test("in a folder below the model, under a link that stays inside", async () => {
    await mkdir(join(folder, "data"));
    await writeData("data/w.bin");
    await symlink("data/w.bin", join(folder, "inside.bin"));
    for (const location of ["data/w.bin", "inside.bin"]) {
      const { model } = await loadModel(await writeModel(externalTensor({ location })));
      expect(elementsOf(onlyConstant(model))).toEqual(weights);
    }
  });

  test.each([
    ["an absolute path", { location: "/etc/hostname" }, "IO0130"],
    ["a Windows drive", { location: "C:\\w.bin" }, "IO0130"],
    ["a network path", { location: "\\\\server\\w.bin" }, "IO0130"],
    ["a path that climbs out", { location: "../w.bin" }, "IO0130"],
    ["a path that climbs inside", { location: "data/../../w.bin" }, "IO0130"],
    ["a path that climbs by backslashes", { location: "..\\w.bin" }, "IO0130"],
    ["an empty path", { location: "" }, "IO0130"],
    ["a zero byte", { location: "w.bin\0.txt" }, "IO0130"],
    ["a link out of the folder", { location: "outside.bin" }, "IO0130"],
    ["a folder that is a link out", { location: "linked/w.bin" }, "IO0130"],
    ["a folder", { location: "data" }, "IO0130"],
    ["a missing file", { location: "missing.bin" }, "IO0131"],
    ["an offset past the end", { location: "w.bin", offset: "1" }, "IO0132"],
    ["a huge offset", { location: "w.bin", offset: "9007199254740991" }, "IO0132"],
    ["an offset beyond all numbers", { location: "w.bin", offset: "99999999999999999999" }, "IO0132"],
    ["a negative offset", { location: "w.bin", offset: "-4" }, "IO0132"],
    ["an offset in words", { location: "w.bin", offset: "four" }, "IO0132"],
    ["a fractional offset", { location: "w.bin", offset: "1.5" }, "IO0132"],
    ["a hexadecimal length", { location: "w.bin", length: "0x4e20" }, "IO0132"],
    ["a length that is too short", { location: "w.bin", length: "19996" }, "IO0132"],
    ["a length that is too long", { location: "w.bin", length: "20004" }, "IO0132"],
  ])("%s is refused", async (_, entries, code) => {
    const outside = await mkdtemp(join(tmpdir(), "infer-opt-outside-"));
    try {
      await writeFile(join(outside, "w.bin"), weightBytes);
      await writeData();
      await mkdir(join(folder, "data"));
      await symlink(join(outside, "w.bin"), join(folder, "outside.bin"));
      await symlink(outside, join(folder, "linked"));
      const diagnostic = await failure(loadModel(await writeModel(externalTensor(entries as Record<string, string>))));
      expect(diagnostic.code).toBe(code);
      expect(diagnostic.where.value).toBe("w");
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  test("dimensions that the file cannot hold, and strings, are refused", async () => {
    await writeData();
    const large = await writeModel(externalTensor({ location: "w.bin" }, { dims: [2n ** 45n] }));
    expect((await failure(loadModel(large))).code).toBe("IO0132");
    const strings = await writeModel(externalTensor({ location: "w.bin" }, { dataType: 8 }));
    expect((await failure(loadModel(strings))).code).toBe("IO0124");
  });

  test("of training graphs moves with the model", async () => {
    await writeData();
    const initialization = {
      initializer: [externalTensor({ location: "w.bin" })],
      node: [
        node("Constant", [], ["c"], {
          attribute: [{ name: "value", t: externalTensor({ location: "w.bin" }), type: 4 }],
        }),
      ],
    };
    const graph = { name: "g", input: [floats("x")], output: [floats("x")] };
    const path = join(folder, "m.onnx");
    await writeFile(path, fileOf(modelOf(graph, { trainingInfo: [{ initialization }] })));
    const { model, externalFiles } = await loadModel(path);
    expect(externalFiles.length).toBe(1);
    const written = decodeMessage(modelProto, encodeModel(model)).trainingInfo?.[0]?.initialization;
    for (const tensor of [written?.initializer?.[0], written?.node?.[0]?.attribute?.[0]?.t])
      expect(tensor).toEqual({ name: "w", dims: [5000n], dataType: 1, rawData: weightBytes });
  });

  test("a file that changes after loading is noticed", async () => {
    await writeData();
    const { model } = await loadModel(await writeModel(externalTensor({ location: "w.bin" })));
    await truncate(join(folder, "w.bin"), 10);
    expect(() => onlyConstant(model).bytes()).toThrow(/IO0133/);
    await rm(join(folder, "w.bin"));
    expect(() => onlyConstant(model).read(0, 1)).toThrow(/IO0133/);
  });
});

describe("files that are no model", () => {
  test.each([
    ["nothing", new Uint8Array(), "IO0102"],
    [
      "an LFS pointer",
      Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12345\n`),
      "IO0103",
    ],
    ["a zip archive", Buffer.from("PK\x03\x04 and so on"), "IO0104"],
    ["a web page", Buffer.from("<!DOCTYPE html><html></html>"), "IO0104"],
    ["a TensorFlow Lite model", Buffer.from("\x1c\0\0\0TFL3\x14\0"), "IO0104"],
    ["text", Buffer.from("hello, this is no model at all"), "IO0106"],
    ["a tensor", Buffer.from(Uint8Array.of(0x08, 2, 0x08, 3, 0x10, 1)), "IO0110"],
  ])("%s", async (_, content, code) => {
    const path = join(folder, "m.onnx");
    await writeFile(path, content);
    const diagnostic = await failure(loadModel(path));
    expect(diagnostic.code).toBe(code);
    expect(diagnostic.where.file).toBe(path);
  });

  test("a pointer says how to fetch the model and how large it is", async () => {
    await writeFile(
      join(folder, "m.onnx"),
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 33823087\n",
    );
    const diagnostic = await failure(loadModel(join(folder, "m.onnx")));
    expect(diagnostic.message).toContain("33823087");
    expect(diagnostic.hint).toContain("git lfs pull");
  });

  test("a missing file and a folder", async () => {
    expect((await failure(loadModel(join(folder, "none.onnx")))).code).toBe("IO0101");
    expect((await failure(loadModel(folder))).code).toBe("IO0101");
  });
});

describe("writing", () => {
  const source = (): Model =>
    modelFrom(
      modelOf({
        name: "g",
        input: [floats("x", 5000)],
        output: [floats("y", 5000)],
        initializer: [
          { name: "w", dims: [5000n], dataType: 1, rawData: weightBytes },
          floatTensor("b", [1], []),
          { name: "shape", dims: [2000n], dataType: 7, rawData: new Uint8Array(16_000) },
        ],
        node: [node("Add", ["x", "w"], ["a"]), node("Add", ["a", "b"], ["y"])],
      }),
    );

  test("inline, and as external data, gives the same model", async () => {
    const model = source();
    const inline = await saveModel(model, join(folder, "inline.onnx"));
    expect(inline.dataPath).toBeUndefined();
    expect(await readFile(inline.path)).toEqual(Buffer.from(encodeModel(model)));
    const external = await saveModel(model, join(folder, "external.onnx"), { externalData: "always" });
    expect(external.dataBytes).toBe(20_000);
    for (const { path } of [inline, external]) expect(hashModel((await loadModel(path)).model)).toBe(hashModel(model));
    expect((await readdir(folder)).sort()).toEqual(["external.onnx", "external.onnx.data", "inline.onnx"]);
  });

  test("small and int64 tensors stay in the model file, equal content is stored once, places are aligned", async () => {
    const model = source();
    const large = tensorFromElements("float32", [1 << 18], new Float32Array(1 << 18));
    for (const name of ["p", "q"]) model.graph.addInitializer(name, large);
    await saveModel(model, join(folder, "m.onnx"), { externalData: "always" });
    const { model: back } = await loadModel(join(folder, "m.onnx"));
    const places = [...back.graph.constants].map(({ name, constant }) =>
      constant instanceof ExternalTensor ? [name, constant.offset] : [name, "inline"],
    );
    expect(places).toEqual([
      ["w", 0],
      ["b", "inline"],
      ["shape", "inline"],
      ["p", 65_536],
      ["q", 65_536],
    ]);
  });

  test("beyond the threshold a data file is written, and none on request", async () => {
    const model = source();
    const automatic = await saveModel(model, join(folder, "a.onnx"), { threshold: 10_000 });
    expect(automatic.dataBytes).toBe(20_000);
    const never = await saveModel(model, join(folder, "n.onnx"), { threshold: 10_000, externalData: "never" });
    expect(never.dataPath).toBeUndefined();
  });

  test("external tensors can be named from another place, or taken in", async () => {
    await mkdir(join(folder, "data"));
    await writeData("data/w.bin", 64);
    const entries = { location: "data/w.bin", offset: "64", length: "20000", checksum: "abc" };
    const { model } = await loadModel(await writeModel(externalTensor(entries)));
    const named = encodeModel(model, { referencesFrom: join(folder, "data") });
    expect(named.byteLength).toBeLessThan(1000);
    const back = onlyConstant(decodeModel(named, { folder: join(folder, "data") })) as ExternalTensor;
    expect([back.file.location, back.offset]).toEqual(["w.bin", 64]);
    expect(back.proto.externalData?.find(({ key }) => key === "checksum")?.value).toBe("abc");
    const other = await mkdtemp(join(tmpdir(), "infer-opt-other-"));
    try {
      const taken = decodeModel(encodeModel(model, { referencesFrom: other }));
      expect(elementsOf(onlyConstant(taken))).toEqual(weights);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  test("an input is never written over, under no name", async () => {
    await writeData("m.onnx.data");
    const path = await writeModel(externalTensor({ location: "m.onnx.data" }));
    const { model } = await loadModel(path);
    await symlink(path, join(folder, "link.onnx"));
    await link(path, join(folder, "hard.onnx"));
    await link(join(folder, "m.onnx.data"), join(folder, "other.onnx.data"));
    const digest = async () =>
      createHash("sha256")
        .update(await readFile(path))
        .update(await readFile(join(folder, "m.onnx.data")))
        .digest("hex");
    const before = await digest();
    for (const name of ["m.onnx", "link.onnx", "hard.onnx", "./m.onnx", "m.onnx.data"])
      expect((await failure(saveModel(model, join(folder, name)))).code).toBe("IO0140");
    const other = saveModel(model, join(folder, "other.onnx"), { externalData: "always" });
    expect((await failure(other)).code).toBe("IO0140");
    expect(await digest()).toBe(before);
  });

  test("what fails leaves the older file as it was and nothing else", async () => {
    const path = join(folder, "m.onnx");
    await writeFile(path, "older");
    await writeData();
    const { model } = await loadModel(await writeModel(externalTensor({ location: "w.bin" }), "in.onnx"));
    await truncate(join(folder, "w.bin"), 1000);
    for (const externalData of ["always", "never"] as const)
      expect((await failure(saveModel(model, path, { externalData }))).code).toBe("IO0133");
    expect(await readFile(path, "utf8")).toBe("older");
    const controller = new AbortController();
    controller.abort();
    await expect(saveModel(source(), path, { signal: controller.signal })).rejects.toThrow(/abort/);
    expect((await failure(saveModel(source(), join(folder, "none", "m.onnx")))).code).toBe("IO0141");
    await mkdir(join(folder, "folder.onnx.data"));
    const onFolder = saveModel(source(), join(folder, "folder.onnx"), { externalData: "always" });
    expect((await failure(onFolder)).code).toBe("IO0141");
    expect((await readdir(folder)).sort()).toEqual(["folder.onnx.data", "in.onnx", "m.onnx", "w.bin"]);
  });

  test("an older pair is replaced as a pair", async () => {
    const path = join(folder, "m.onnx");
    await saveModel(source(), path, { externalData: "always" });
    const other = source();
    other.graph.addInitializer("more", tensorFromElements("float32", [3000], new Float32Array(3000).fill(3)));
    await saveModel(other, path, { externalData: "always" });
    expect(hashModel((await loadModel(path)).model)).toBe(hashModel(other));
    expect((await stat(`${path}.data`)).size).toBe(20_480 + 12_000);
  });
});
