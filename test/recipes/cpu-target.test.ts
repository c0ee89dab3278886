import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import type { CompileEvent } from "../../src/index.ts";
import { compile, completeOptions } from "../../src/index.ts";
import type { Tensor } from "../../src/ir/index.ts";
import { elementsOf, filledTensor, isTensor, parseModel, randomTensor } from "../../src/ir/index.ts";
import { loadModel, saveModel } from "../../src/onnx/index.ts";
import { inlineRegions, parseRegionName } from "../../src/region/index.ts";
import { openSession } from "../../src/runtime/index.ts";
import { missing } from "./compiled-sample.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "infer-opt-cpu-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const base: UserOptions = {
  target: "cpu",
  precision: "int8",
  calibSamples: 8,
  calibMethod: "minmax",
  threads: [1],
};

const pictures: UserOptions = {
  calibData: join(root, "calibration-data", "characters", "calibration"),
  preprocess: "scale=1/255,mean=0.5,std=0.5",
};

const example = (stem: string): string => join(root, "examples", "models", `${stem}.onnx`);

async function run(model: string, folder: string, options: UserOptions) {
  const events: CompileEvent[] = [];
  const reporter = { handle: (event: CompileEvent) => void events.push(event) };
  const chosen = completeOptions({ ...base, ...options, output: join(work, folder, "out.onnx") });
  const { report } = await compile(model, chosen, { reporter, signal: new AbortController().signal });
  return { report, events, file: join(work, folder, "out.onnx") };
}

async function outputs(file: string, x: Tensor, native: boolean): Promise<readonly number[]> {
  const session = await openSession(file, { optimization: "all", threads: 1, native });
  try {
    const results = await session.run(new Map([[session.inputNames[0] as string, x]]));
    const [first] = [...results.values()];
    if (first === undefined || !isTensor(first)) throw new Error("no output");
    return Array.from(elementsOf(first) as Float32Array);
  } finally {
    await session.close();
  }
}

for (const stem of ["residual-cnn", "depthwise-cnn"])
  test.skipIf(missing !== undefined)(
    `${stem}: one file gives the same bits with the host library and without it, for one sample and for several`,
    async () => {
      const { report, file } = await run(example(stem), stem, { ...pictures, tune: "off" });
      expect(report.output.form).toBe("int8-cpu");
      const model = (await loadModel(file)).model;
      const calls = [...model.graph.nodes()].filter(({ domain, opType }) => parseRegionName(domain, opType));
      expect(calls).toHaveLength(1);
      for (const batch of [1, 3]) {
        const x = randomTensor("float32", [batch, 3, 32, 32], batch);
        expect(await outputs(file, x, true), `batch ${batch}`).toEqual(await outputs(file, x, false));
      }
      expect(inlineRegions(model)).toBe(1);
      expect([...model.graph.nodes()].every(({ domain }) => domain === "")).toBe(true);
    },
    60_000,
  );

test.skipIf(missing !== undefined)(
  "tuning is recorded: the second run measures nothing and writes the same bytes",
  async () => {
    const small = parseModel(`opset 17 graph g {
      in %x: float32[1,16,8,8]
      const %a: float32[32,16,3,3] = random(1)
      const %b: float32[16,32,1,1] = random(2)
      %l = Conv(%x, %a) {pads=[1, 1, 1, 1]}
      %r = Relu(%l)
      %y = Conv(%r, %b)
      out %y
    }`);
    const { path } = await saveModel(small, join(work, "small.onnx"));
    const options: UserOptions = { tune: "quick", records: join(work, "records.jsonl"), randomCalib: true };
    const first = await run(path, "first", options);
    expect(first.events.filter(({ type }) => type === "trial").length).toBeGreaterThan(0);
    const second = await run(path, "second", options);
    expect(second.report.choice.measured).toBe("replayed");
    expect(second.events.filter(({ type }) => type === "trial")).toEqual([]);
    const layersOf = ({ report }: typeof first) => report.regions.map(({ form, layers }) => ({ form, layers }));
    expect(layersOf(second)).toEqual(layersOf(first));
    expect(second.report.regions).toEqual(first.report.regions);
    const searchesOf = ({ report }: typeof first): readonly string[] =>
      report.tuning.map(({ recordedAt: _, ...search }) => JSON.stringify(search)).sort();
    expect(searchesOf(first).length).toBeGreaterThan(1);
    expect(searchesOf(second)).toEqual(searchesOf(first));
    const layers = layersOf(first).flatMap((each) => each.layers ?? []);
    expect(layers.filter(({ peer }) => peer !== undefined).length).toBeGreaterThanOrEqual(4);
    expect(layers.every(({ ns, share }) => ns > 0 && share > 0 && share <= 1)).toBe(true);
    // What the records say stays plain, stays plain, also where nothing may be measured.
    const lines = readFileSync(options.records as string, "utf8")
      .trim()
      .split("\n");
    const kept = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const records = kept.filter(({ scope }) => scope === "regions");
    expect(records).toHaveLength(2);
    const node = "Conv_0";
    const left = records.map((record) => ({ ...record, at: "2999-01-01", excluded: [{ node, reason: "slower" }] }));
    appendFileSync(options.records as string, left.map((record) => `${JSON.stringify(record)}\n`).join(""));
    const third = await run(path, "third", { ...options, tune: "off" });
    for (const { form, refusals, regions } of third.report.regions) {
      expect(refusals, form).toContainEqual({ node, reason: "slower" });
      expect(
        regions.flatMap(({ steps }) => steps.flatMap(({ nodes }) => nodes)),
        form,
      ).not.toContain(node);
    }
    expect(readFileSync(second.file).equals(readFileSync(first.file))).toBe(true);
    // What was found with other kernels is told of none, and found anew.
    expect(third.report.regions.every((each) => each.layers === undefined)).toBe(true);
    const fourth = await run(path, "fourth", options);
    expect(fourth.report.regions.every(({ refusals }) => refusals.every(({ reason }) => reason !== "slower"))).toBe(
      true,
    );
    expect(fourth.report.regions.every((each) => each.layers !== undefined)).toBe(true);
  },
  120_000,
);

test.skipIf(missing !== undefined)("an edited weight is refused by the host library and runs without it", async () => {
  const { file } = await run(example("residual-cnn"), "edited", { ...pictures, tune: "off" });
  const { model } = await loadModel(file);
  const weight = [...model.graph.constants].find(
    ({ constant }) => constant?.dtype === "int8" && constant.shape.length === 4,
  );
  if (weight?.constant === undefined) throw new Error("no weight");
  weight.constant = filledTensor("int8", weight.constant.shape as readonly number[], 1);
  const { path } = await saveModel(model, join(work, "edited.onnx"));
  const x = randomTensor("float32", [1, 3, 32, 32], 7);
  await expect(outputs(path, x, true)).rejects.toThrow(/IO0702/);
  expect(await outputs(path, x, false)).toHaveLength(36);
});
