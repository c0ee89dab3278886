import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compareModels, completeOptions } from "../../src/index.ts";
import { tensorFromBytes } from "../../src/ir/index.ts";
import { encodeModel } from "../../src/onnx/index.ts";
import { sampleConvolution } from "../../src/recipes/sample-region.ts";
import { compiledSample, missing } from "./compiled-sample.ts";

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
