import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { UserOptions } from "../../../src/config/index.ts";
import { noControl } from "../../../src/events.ts";
import type { CompileReport } from "../../../src/index.ts";
import { compile, completeOptions } from "../../../src/index.ts";
import { parseModel } from "../../../src/ir/index.ts";
import { saveModel } from "../../../src/onnx/index.ts";
import type { ChoiceRecord } from "../../../src/schedule/index.ts";

const work = mkdtempSync(join(tmpdir(), "keep-accuracy-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const notes: string[] = [];

async function optimize(model: string, options: UserOptions, control = noControl): Promise<CompileReport> {
  notes.length = 0;
  const reporter = {
    handle: (event: { type: string; text?: string }) => void (event.type === "note" && notes.push(event.text ?? "")),
  };
  const { report } = await compile(
    model,
    completeOptions({ tune: "off", precision: "int8", threads: [1], calibMethod: "minmax", ...options }),
    { reporter, signal: new AbortController().signal, control },
  );
  return report;
}

const pictures: UserOptions = {
  calibData: resolve("calibration-data/characters/calibration"),
  preprocess: "scale=1/255,mean=0.5,std=0.5",
  calibSamples: 8,
  evalSamples: 24,
};

/** A network with a layer of which one channel is a thousand times as large as the others: one scale cannot hold them all. */
async function lopsided(): Promise<string> {
  const first = (value: number): string => [value, 1, 1, 1, 1, 1, 1, 1].join(", ");
  const text = `
opset 17
graph g {
  in %x: float32[1,3,32,32]
  const %a: float32[8,3,3,3] = random(1)
  const %s: float32[8,1,1] = [${first(1000)}]
  const %d: float32[8,1,1] = [${first(0.001)}]
  const %b: float32[16,8,3,3] = random(2)
  const %c: float32[16,16,3,3] = random(3)
  const %w: float32[16,10] = random(4)
  const %v: float32[10] = random(5)
  %y = Conv(%x, %a) {strides=[2, 2]} @first
  %m = Mul(%y, %s) @spread
  %r = Relu(%m) @relu
  %p = MaxPool(%r) {kernel_shape=[2, 2]} @pool
  %n = Mul(%p, %d) @narrow
  %z = Conv(%n, %b) @second
  %q = Relu(%z) @relu2
  %k = Conv(%q, %c) @third
  %g = GlobalAveragePool(%k) @average
  %f = Flatten(%g) @flatten
  %o = Gemm(%f, %w, %v) @classify
  out %o
}
`;
  return (await saveModel(parseModel(text), join(work, "lopsided.onnx"))).path;
}

test("every layer of an INT8 form is told with what it loses", { timeout: 120_000 }, async () => {
  const report = await optimize(resolve("examples/models/residual-cnn.onnx"), {
    ...pictures,
    output: join(work, "told"),
  });
  const { layers, keptFloat, samples } = report.layerAccuracy ?? { layers: [], keptFloat: [], samples: 0 };
  expect(samples).toBe(3);
  expect(keptFloat).toEqual([]);
  expect(layers.filter(({ op }) => op === "Conv").length).toBe(13);
  for (const { ownDb, sqnrDb } of layers) {
    expect(ownDb).toBeGreaterThan(15);
    expect(ownDb).toBeLessThan(70);
    // What was lost up to a layer holds what it loses itself.
    expect(sqnrDb).toBeLessThan(ownDb + 1.5);
  }
  expect(notes.some((text) => text.startsWith("int8: layers that lose most by themselves: Conv "))).toBe(true);
});

test(
  "the fewest layers go back to float where INT8 misses the bound, and a replay knows them",
  { timeout: 240_000 },
  async () => {
    const options = { ...pictures, metric: "agreement", maxDrop: "1%", output: join(work, "mixed") } as const;
    const model = await lopsided();
    const first = await optimize(model, options);
    const accuracyOf = (name: string): number | undefined =>
      first.forms.find((form) => form.name === name)?.accuracy.find(({ metric }) => metric === "agreement")?.value;
    expect(accuracyOf("int8")).toBeLessThan(0.99);
    expect(accuracyOf("int8-mixed")).toBeGreaterThanOrEqual(0.99);
    expect(first.output.form).toBe("int8-mixed");
    expect(first.layerAccuracy?.keptFloat.length).toBeGreaterThan(0);
    const bytes = readFileSync(join(work, "mixed", "lopsided.opt.onnx"));
    const again = await optimize(model, options);
    expect(notes.some((text) => text.includes("looking for the layers"))).toBe(false);
    expect(again.layerAccuracy).toEqual(first.layerAccuracy);
    expect(readFileSync(join(work, "mixed", "lopsided.opt.onnx")).equals(bytes)).toBe(true);
    const schedule = join(work, "mixed", "lopsided.schedule.jsonl");
    const lines = readFileSync(schedule, "utf8").trimEnd().split("\n");
    const verdict = lines.map((line) => JSON.parse(line) as ChoiceRecord).find(({ scope }) => scope === "accuracy");
    const isVerdict = (line: string): boolean => line.includes('"scope":"accuracy"');
    const older = JSON.stringify({ ...verdict, excluded: [], at: "2000-01-01T00:00:00.000Z" });
    writeFileSync(schedule, [...lines, older, ""].join("\n"));
    const reproduced = await optimize(model, { ...options, reproducible: true });
    expect(reproduced.layerAccuracy?.keptFloat).toEqual(first.layerAccuracy?.keptFloat);
    writeFileSync(schedule, [...lines.filter((line) => !isVerdict(line)), ""].join("\n"));
    await expect(optimize(model, { ...options, reproducible: true })).rejects.toThrow("IO0803");
    // A search that was stopped has no verdict to keep.
    const control = {
      ...noControl,
      get isStopping() {
        return notes.some((text) => text.includes("looking for the layers"));
      },
    };
    const stopped = await optimize(model, options, control);
    expect(stopped.layerAccuracy?.reason).toMatch("stopped while looking");
    expect(readFileSync(schedule, "utf8").split("\n").some(isVerdict)).toBe(false);
  },
);
