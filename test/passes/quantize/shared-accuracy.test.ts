import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { raiseOpset } from "../../../passes/convert-opset.ts";
import type { Model } from "../../../src/ir/index.ts";
import { cloneModel, numbersOf } from "../../../src/ir/index.ts";
import type { Dataset } from "../../../src/data/index.ts";
import {
  isInTopK,
  openDataset,
  pairedDifference,
  parsePreprocess,
  similarityMeter,
  splitEveryFifth,
} from "../../../src/data/index.ts";
import { encodeModel, loadModel } from "../../../src/onnx/index.ts";
import { inferTypes } from "../../../src/ops/index.ts";
import { openSession } from "../../../src/runtime/ort/session.ts";
import { calibrated, runQuantize } from "./support.ts";

const shared = join(import.meta.dirname, "../../../../shared");
const file = join(shared, "models/vnn_resnet_4b.onnx");
const cifar = "scale=1/255,mean=0.4914:0.4822:0.4465,std=0.2471:0.2435:0.2616";

/** The first output of each sample, and whether its greatest element stands at the label. */
async function run(
  model: Model,
  data: Dataset,
): Promise<readonly { readonly scores: Float64Array; readonly hit: boolean }[]> {
  const session = await openSession(encodeModel(model), { optimization: "all", threads: 1 });
  const results = [];
  for await (const { feeds, label } of data.samples()) {
    const [output] = (await session.run(feeds)).values();
    const scores = Float64Array.from(numbersOf(output as never));
    results.push({ scores, hit: isInTopK(scores, label ?? -1, 1) });
  }
  await session.close();
  return results;
}

test.skipIf(!existsSync(file))(
  "a real network on real pictures keeps its accuracy (skipped without ../shared)",
  async () => {
    const { model } = await loadModel(file);
    inferTypes(model);
    expect(raiseOpset(model, 13).kind).toBe("raised");
    const inputs = model.graph.inputs.filter((input) => input.constant === undefined);
    const all = await openDataset(join(shared, "data/cifar10-sample"), inputs, { preprocess: parsePreprocess(cifar) });
    const { calibration, evaluation } = splitEveryFifth(all);
    const quantized = cloneModel(model);
    await runQuantize(quantized, await calibrated(quantized, calibration, "auto"));
    const [before, after] = [await run(model, evaluation), await run(quantized, evaluation)];
    expect(before.filter(({ hit }) => hit).length / before.length).toBeCloseTo(0.759, 2);
    const meter = similarityMeter();
    before.forEach(({ scores }, i) => meter.add(scores, after[i]?.scores ?? []));
    const gained = after.filter(({ hit }, i) => hit && before[i]?.hit === false).length;
    const lost = after.filter(({ hit }, i) => !hit && before[i]?.hit === true).length;
    expect(pairedDifference(gained, lost, before.length).difference).toBeGreaterThan(-0.007);
    expect(meter.read().sqnrDb).toBeGreaterThan(28.9);
    expect(meter.read().agreement).toBeGreaterThan(0.985);
  },
);
