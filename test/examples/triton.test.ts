import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writePackage } from "../../src/recipes/index.ts";
import { readTextProto } from "../recipes/package/read-text-proto.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-triton-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the sample of a Triton repository is what its load result gives, and reads as protobuf text", async () => {
  const example = resolve("examples/triton");
  const { folder: written } = await writePackage("triton", {
    model: resolve("examples/models/residual-cnn.onnx"),
    folder,
    loadResult: join(example, "load.json"),
  });
  const text = readFileSync(join(written, "config.pbtxt"), "utf8");
  expect(text).toBe(readFileSync(join(example, "models", "residual-cnn", "config.pbtxt"), "utf8"));
  expect(readTextProto(text)).toMatchObject({
    ...{ name: ["residual-cnn"], backend: ["onnxruntime"] },
    input: [{ name: ["input"], data_type: ["TYPE_FP32"], dims: [3, 32, 32] }],
    output: [{ name: ["logits"], data_type: ["TYPE_FP32"], dims: [36] }],
  });
});
