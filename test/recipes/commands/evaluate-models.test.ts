import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { completeOptions, evaluateModels } from "../../../src/index.ts";
import { parseModel } from "../../../src/ir/index.ts";
import { saveModel } from "../../../src/onnx/index.ts";

const work = mkdtempSync(join(tmpdir(), "evaluate-models-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test("a model that does not run is an error, not a row without figures", async () => {
  const save = async (name: string, op: string): Promise<string> =>
    (
      await saveModel(
        parseModel(`opset 17\ngraph g {\n  in %x: float32[4]\n  %y = ${op}(%x)\n  out %y\n}\n`),
        join(work, name),
      )
    ).path;
  const files = [await save("a.onnx", "Relu"), await save("b.onnx", "NoSuchOperator")];
  const options = completeOptions({ randomCalib: true, evalSamples: 2 });
  const { signal } = new AbortController();
  expect((await evaluateModels([files[0] as string], options, signal)).map(({ name }) => name)).toEqual(["a.onnx"]);
  await expect(evaluateModels(files, options, signal)).rejects.toMatchObject({
    diagnostic: { code: "IO0703", where: { file: files[1] } },
  });
});
