import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compile, completeOptions } from "../../src/index.ts";
import { parseModel } from "../../src/ir/index.ts";
import { saveModel } from "../../src/onnx/index.ts";
import { missing } from "./compiled-sample.ts";

const work = mkdtempSync(join(tmpdir(), "infer-opt-test-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test.skipIf(missing !== undefined)(
  "free dimensions that keep kernels away are told, with the option that pins them",
  async () => {
    const model = parseModel(`opset 17 graph g {
    in %x: float32[n,64,h,w] const %w: float32[64,64,3,3] = random(1)
    %y = Conv(%x, %w) {pads=[1, 1, 1, 1]} out %y }`);
    const { path } = await saveModel(model, join(work, "free.onnx"));
    const notesWith = async (...shape: readonly string[]): Promise<string> => {
      const options = completeOptions({
        ...{ target: "cpu", precision: "fp32", tune: "off", check: "none", output: join(work, "out.onnx") },
        ...{ shape: [...shape], sampleShape: ["x:1x64x8x8"] },
      });
      const signal = new AbortController().signal;
      return (await compile(path, options, { reporter: { handle: () => undefined }, signal })).report.notes.join();
    };
    expect(await notesWith()).toMatch(/no kernels: .*\(x: float32\[n,64,h,w\]\); --shape/);
    expect(await notesWith("x:1x64x8x8")).not.toContain("no kernels");
  },
);
