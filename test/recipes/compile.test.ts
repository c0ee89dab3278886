import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import type { CompileEvent, CompileReport } from "../../src/index.ts";
import { InferOptError, compareModels, compile, completeOptions } from "../../src/index.ts";
import { parseModel } from "../../src/ir/index.ts";
import { loadModel, saveModel } from "../../src/onnx/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const example = (stem: string): string => join(root, "examples", "models", `${stem}.onnx`);
const work = mkdtempSync(join(tmpdir(), "compile test ünïcode "));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const data: UserOptions = {
  calibData: join(root, "calibration-data", "characters", "calibration"),
  evalData: join(root, "calibration-data", "characters", "evaluation"),
  preprocess: "scale=1/255,mean=0.5,std=0.5",
  calibSamples: 8,
  evalSamples: 20,
  calibMethod: "minmax",
  maxDrop: "30%",
  threads: [1],
};
const quick: UserOptions = { tune: "quick", budget: "300ms", threads: [1] };

interface Outcome {
  readonly exitCode: number;
  readonly report: CompileReport;
  readonly events: readonly CompileEvent[];
}

async function run(model: string, options: UserOptions, signal = new AbortController().signal): Promise<Outcome> {
  const events: CompileEvent[] = [];
  const reporter = { handle: (event: CompileEvent) => void events.push(event) };
  return { ...(await compile(model, completeOptions(options), { reporter, signal })), events };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof InferOptError ? error.diagnostic.code : String(error);
  }
  return "none";
}

async function textModel(name: string, text: string): Promise<string> {
  return (await saveModel(parseModel(text), join(work, `${name}.onnx`))).path;
}

test.each(["residual-cnn", "depthwise-cnn", "tiny-vit"])("%s: fewer nodes, the same numbers", async (stem) => {
  const output = join(work, stem);
  const { exitCode, report, events } = await run(example(stem), { output, precision: "fp32", tune: "off" });
  expect(exitCode).toBe(0);
  expect(report.output).toMatchObject({ form: "float", file: join(output, `${stem}.opt.onnx`) });
  expect(report.output.nodes).toBeLessThan(report.model.nodes);
  expect(report.phases.map(({ name }) => name)).toEqual(["load", "simplify and fuse", "quantize", "choose", "write"]);
  expect(events.some((event) => event.type === "check" && event.verdict === "mismatch")).toBe(false);
  expect(readdirSync(output).sort()).toEqual([`${stem}.opt.onnx`, `${stem}.report.html`, `${stem}.report.json`]);
  const signal = new AbortController().signal;
  const { outputs } = await compareModels(example(stem), join(output, `${stem}.opt.onnx`), completeOptions({}), signal);
  for (const { sqnrDb } of outputs) expect(sqnrDb).toBeGreaterThan(80);
});

test("INT8, timed: records, calibration and report are written, replayed, reproduced, and bound to options and device", async () => {
  const output = join(work, "timed");
  const options = { ...data, ...quick, output };
  const first = await run(example("residual-cnn"), options);
  expect(first.report.choice.measured).toBe("now");
  const forms = first.report.forms.map(({ name }) => name);
  expect(forms.filter((name) => name !== "tuned")).toEqual(["original", "float", "int8"]);
  const file = (kind: string, folder = output): string => join(folder, `residual-cnn.${kind}`);
  const bytes = readFileSync(file("opt.onnx"));
  const records = readFileSync(file("schedule.jsonl"), "utf8");
  expect(
    records
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string; template?: string; scope?: string })
      .filter(({ template = "", scope = "model" }) => /^(onnxruntime-form@1)?$/.test(template) && scope === "model")
      .map(({ kind }) => kind),
  ).toEqual([...forms.map(() => "trial"), ...["proof", "choice"]]);

  const second = await run(example("residual-cnn"), options);
  expect(second.report.choice).toEqual({ ...first.report.choice, measured: "replayed" });
  expect(readFileSync(file("opt.onnx"))).toEqual(bytes);
  expect(readFileSync(file("schedule.jsonl"), "utf8")).toBe(records);

  const elsewhere = join(work, "elsewhere");
  mkdirSync(elsewhere);
  copyFileSync(file("calib.json"), file("calib.json", elsewhere));
  writeFileSync(file("schedule.jsonl", elsewhere), records.replaceAll(/"cores":\d+/g, '"cores":99'));
  const foreign = await run(example("residual-cnn"), { ...options, output: elsewhere, reproducible: true });
  expect(foreign.report.choice.measured).toBe("replayed");
  expect(readFileSync(file("opt.onnx", elsewhere))).toEqual(bytes);
  expect((await run(example("residual-cnn"), { ...options, output: elsewhere })).report.choice.measured).toBe("now");

  expect(await codeOf(run(example("residual-cnn"), { ...options, seed: 2, reproducible: true }))).toBe("IO0803");
  const empty = join(work, "empty");
  expect(await codeOf(run(example("residual-cnn"), { ...options, output: empty, reproducible: true }))).toBe("IO0803");
  expect(existsSync(file("opt.onnx", empty))).toBe(false);
}, 120_000);

test("a constraint that nothing meets: the best is written, exit code 3, again when replayed", async () => {
  const options = { ...quick, output: join(work, "constraint"), precision: "fp32", maxSize: "10KB" } as const;
  for (const measured of ["now", "replayed"]) {
    const { exitCode, report } = await run(example("tiny-vit"), options);
    expect([exitCode, report.choice.measured]).toEqual([3, measured]);
    expect(report.problems.map(({ code }) => code)).toContain("IO0908");
    expect(existsSync(join(options.output, "tiny-vit.opt.onnx"))).toBe(true);
  }
});

test("a dry run writes nothing", async () => {
  const output = join(work, "dry");
  const { report } = await run(example("tiny-vit"), { output, precision: "fp32", tune: "off", dryRun: true });
  expect(report.output.file).toBeUndefined();
  expect(existsSync(output)).toBe(false);
});

test("an operator that nobody knows: simplified round it, not measured, exit code 0", async () => {
  const model = await textModel(
    "unknown-op",
    `opset 17 opset org.example 1 graph g {
      in %x: float32[2]
      %a: float32[2] = Identity(%x)
      %b: float32[2] = org.example::Mystery(%a)
      %y: float32[2] = Relu(%b)
      out %y }`,
  );
  const { exitCode, report } = await run(model, { output: join(work, "unknown"), tune: "quick" });
  expect(exitCode).toBe(0);
  expect(report.output).toMatchObject({ form: "float", nodes: 2 });
  expect(report.problems.map(({ code }) => code)).toContain("IO0706");
  expect(report.choice.reason).toContain("not measured");
});

test.each([
  ["without nodes", "opset 17 graph g { in %x: float32[2] out %x }"],
  ["with an input of no elements", "opset 17 graph g { in %x: float32[0, 3] %y: float32[0, 3] = Relu(%x) out %y }"],
  [
    "with an open dimension",
    "opset 17 graph g { in %x: float32[N, 3] %i: float32[N, 3] = Identity(%x) %y: float32[N, 3] = Relu(%i) out %y }",
  ],
  ["of a scalar", "opset 17 graph g { in %x: float32[] %i: float32[] = Identity(%x) %y: float32[] = Neg(%i) out %y }"],
])("a model %s", async (name, text) => {
  const model = await textModel(name.replaceAll(" ", "-"), text);
  const output = join(work, `${name} out.onnx`);
  const { exitCode } = await run(model, { ...quick, output });
  expect(exitCode).toBe(0);
  expect((await loadModel(output)).model.graph.outputs).toHaveLength(1);
});

test("what is beyond the memory limit is optimized, but not run", async () => {
  const options: UserOptions = { output: join(work, "memory"), memoryLimit: "1MB", ...quick };
  const { exitCode, report, events } = await run(example("residual-cnn"), options);
  expect([exitCode, report.output.form]).toEqual([0, "float"]);
  expect(report.problems.map(({ code }) => code)).toEqual(["IO0706"]);
  expect(events.filter((event) => event.type === "check").every((event) => event.verdict === "skipped")).toBe(true);
});

test("a pinned shape is in the result, and the signature otherwise as it was", async () => {
  const model = await textModel(
    "open",
    "opset 17 graph g { in %x: float32[N, 3] %i: float32[N, 3] = Identity(%x) %y: float32[N, 3] = Relu(%i) out %y }",
  );
  const output = join(work, "pinned.onnx");
  await run(model, { ...quick, output, shape: ["x:4x3"] });
  const { graph } = (await loadModel(output)).model;
  expect(graph.inputs[0]?.type).toMatchObject({ shape: [4, 3] });
});

test("an abort ends a compile soon, with nothing half written", async () => {
  const abort = new AbortController();
  const output = join(work, "aborted");
  const events: CompileEvent[] = [];
  let stoppedAt = 0;
  const reporter = {
    handle: (event: CompileEvent) => {
      events.push(event);
      if (event.type === "progress" && event.phase.startsWith("timing") && !abort.signal.aborted) {
        stoppedAt = performance.now();
        abort.abort();
      }
    },
  };
  const options = completeOptions({ output, precision: "fp32", tune: "extensive", threads: [1] });
  await expect(compile(example("residual-cnn"), options, { reporter, signal: abort.signal })).rejects.toThrow();
  expect(stoppedAt).toBeGreaterThan(0);
  expect(performance.now() - stoppedAt).toBeLessThan(5000);
  expect(existsSync(join(output, "residual-cnn.opt.onnx"))).toBe(false);
});

test("damaged input is one clear error, and nothing is written", async () => {
  const pointer = join(work, "pointer.onnx");
  writeFileSync(pointer, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n");
  const output = join(work, "from-pointer");
  expect(await codeOf(run(pointer, { output }))).toMatch(/^IO01/);
  expect(existsSync(output)).toBe(false);
});

test("a model whose inputs no sample can be generated for is written, and reported as not measured", async () => {
  const text = "opset 17\ngraph g {\n  in %x: float32[*]\n  %a = Identity(%x)\n  %y = Relu(%a)\n  out %y\n}\n";
  const { exitCode, report } = await run(await textModel("unranked", text), quick);
  expect(exitCode).toBe(0);
  expect(report.problems.map(({ code }) => code)).toContain("IO0706");
  expect(report.problems[0]?.message).toMatch(/rank is unknown.*--sample-shape/);
  expect(existsSync(join(work, "unranked.opt.onnx"))).toBe(true);
});

test("a model in which nothing can become INT8 says so and goes on in float", async () => {
  const file = await textModel(
    "nothing to quantize",
    `opset 13
graph g {
  in %x: float32[1,4]
  %s = Softmax(%x) {axis=1} @soft
  %y = Identity(%s) @copy
  out %y
}
`,
  );
  const output = join(work, "nothing");
  const { exitCode, report } = await run(file, { precision: "int8", randomCalib: true, tune: "off", output });
  expect(exitCode).toBe(0);
  expect(report.output.form).toBe("float");
  expect(report.quantization).toMatchObject({ refused: "no node of the model can become INT8" });
  expect(report.problems).toEqual([]);
});

test("constraints hold too where nothing can be improved", async () => {
  const text = "opset 17\ngraph g {\n  in %x: float32[1,4]\n  %y = Relu(%x)\n  out %y\n}\n";
  const model = await textModel("relu-alone", text);
  const into = { ...quick, output: join(work, "alone") };
  const free = await run(model, into);
  expect(free.exitCode).toBe(0);
  expect(free.report.forms.map(({ name }) => name)).toEqual(["original"]);
  expect((await run(model, { ...into, maxSize: "10B" })).exitCode).toBe(3);
  expect((await run(model, { ...into, failIfSlower: true })).exitCode).toBe(3);
  expect((await run(model, { ...into, maxLatency: "10s" })).exitCode).toBe(0);
  expect((await run(model, { ...into, maxLatency: "0.001us" })).exitCode).toBe(3);
  expect((await run(model, { ...into, maxLatency: "10s", tune: "off" })).exitCode).toBe(3);
});

test("the graph is dumped after each change, not in a dry run, and not into a file", async () => {
  const into = { ...quick, tune: "off", output: join(work, "dumped"), dumpIr: join(work, "ir") } as const;
  await run(example("residual-cnn"), { ...into, dryRun: true });
  expect(existsSync(into.dumpIr)).toBe(false);
  await run(example("residual-cnn"), into);
  expect(readdirSync(into.dumpIr)[0]).toMatch(/^000-simplify-.*\.txt$/);
  expect(await codeOf(run(example("residual-cnn"), { ...into, dumpIr: example("residual-cnn") }))).toBe("IO0906");
});

test("a name that is too long for the file system is a clear error", async () => {
  const output = join(work, `${"a".repeat(250)}.onnx`);
  expect(await codeOf(run(example("residual-cnn"), { ...quick, tune: "off", check: "none", output }))).toBe("IO0141");
});

test("a damaged tensor among the samples ends the job: INT8 is not silently left out", async () => {
  const set = join(work, "damaged", "test_data_set_0");
  mkdirSync(set, { recursive: true });
  writeFileSync(join(set, "input_0.pb"), Buffer.alloc(50, 0xff));
  const options: UserOptions = { ...quick, tune: "off", check: "none", calibData: join(work, "damaged") };
  expect(await codeOf(run(example("residual-cnn"), options))).toBe("IO0106");
});
