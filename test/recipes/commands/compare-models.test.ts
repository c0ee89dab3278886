import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compareModels, completeOptions } from "../../../src/index.ts";
import { parseModel, tensorFromBytes } from "../../../src/ir/index.ts";
import { encodeModel } from "../../../src/onnx/index.ts";
import { sampleConvolution } from "../../../src/recipes/regions/sample-region.ts";
import { compiledSample, missing } from "../compiled-sample.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();

if (missing !== undefined) console.warn(`regions are not compared: ${missing}`);

test.skipIf(missing !== undefined)(
  "for a target with kernels regions run; for another the plain operators do",
  async () => {
    const plain = join(folder, "plain.onnx");
    writeFileSync(plain, encodeModel(sampleConvolution(), { valueInfo: "all" }));
    const whole = await compiledSample();
    const compiled = join(folder, "compiled.onnx");
    writeFileSync(compiled, encodeModel(whole, { valueInfo: "all" }));
    for (const target of ["cpu", "onnxruntime"] as const) {
      const { outputs } = await compareModels(plain, compiled, completeOptions({ target }), signal);
      expect(outputs.map(({ verdict }) => verdict)).toEqual(["equal"]);
    }
    // A damaged program is refused by whoever would run it, and nobody else reads it.
    for (const value of whole.graph.constants)
      if (value.name.endsWith(".program")) {
        const bytes = value.constant?.bytes().slice() ?? new Uint8Array(0);
        bytes[300] = (bytes[300] ?? 0) ^ 1;
        value.constant = tensorFromBytes("uint8", [bytes.length], bytes);
      }
    const damaged = join(folder, "damaged.onnx");
    writeFileSync(damaged, encodeModel(whole, { valueInfo: "all" }));
    await expect(compareModels(plain, damaged, completeOptions({ target: "cpu" }), signal)).rejects.toThrow(/program/);
    const { outputs } = await compareModels(plain, damaged, completeOptions({ target: "onnxruntime" }), signal);
    expect(outputs.map(({ verdict }) => verdict)).toEqual(["equal"]);
  },
);

test.skipIf(missing !== undefined)(
  "a model without regions is compared alike for every target, also with outputs that are no tensors",
  async () => {
    const model = parseModel(`opset 17
graph g {
  in %x: float32[2]
  %a = Relu(%x)
  %y: seq(float32[2]) = SequenceConstruct(%a, %x)
  out %a
  out %y
}`);
    const file = join(folder, "sequence.onnx");
    writeFileSync(file, encodeModel(model, { valueInfo: "all" }));
    const compared = (target: string): ReturnType<typeof compareModels> =>
      compareModels(file, file, completeOptions({ target }), signal);
    expect(await compared("cpu")).toEqual(await compared("onnxruntime"));
  },
);
