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

// ONNX Runtime refuses negative padding when it loads the model, which nothing has tried before regions are compared.
test.skipIf(missing !== undefined)(
  "a model that does not run here is written unmeasured, with regions or without",
  async () => {
    const model = parseModel(`opset 17 graph g {
    in %x: float32[1,64,32,32] const %w: float32[64,64,3,3] = random(1)
    %y = Conv(%x, %w) {pads=[-1, -1, -1, -1]} out %y }`);
    const { path } = await saveModel(model, join(work, "negative.onnx"));
    const options = completeOptions({ target: "cpu", precision: "fp32", tune: "off", output: join(work, "out.onnx") });
    const signal = new AbortController().signal;
    const { exitCode, report } = await compile(path, options, { reporter: { handle: () => undefined }, signal });
    expect(exitCode).toBe(0);
    expect(report.choice).toMatchObject({ form: "original", measured: "no" });
    expect(report.choice.reason).toContain("not measured: ");
  },
);
