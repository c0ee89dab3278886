import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { SessionAdvice } from "../../../src/events.ts";
import { hashModel, parseModel } from "../../../src/ir/index.ts";
import { encodeModel, loadModel, saveModel } from "../../../src/onnx/index.ts";
import type { LoadResult } from "../../../src/recipes/index.ts";
import { ortOptions } from "../../../src/recipes/package/ort-options.ts";
import { planServing } from "../../../src/recipes/package/serving.ts";
import { writeTextProto } from "../../../src/recipes/package/text-proto.ts";
import { takesBatches, tritonConfig } from "../../../src/recipes/package/triton-config.ts";
import { writePackage } from "../../../src/recipes/package/write-package.ts";
import { codeOf } from "../../data/code-of.ts";
import { compiledSample, missing } from "../compiled-sample.ts";
import { readTextProto } from "./read-text-proto.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-package-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const batched = parseModel(`opset 17 graph g { in %x: float32[N, 3] %y: float32[N, 3] = Neg(%x) out %y }`);
const fixed = parseModel(
  `opset 17 graph g { in %x: int64[1, 3] in %s: float32[] %y: int64[1, 3] = Neg(%x) %z: float32[] = Neg(%s) out %y out %z }`,
);
await saveModel(batched, at("batched.opt.onnx"));

/** The part of a load result that packages read. */
function loadResult(hash: string, load: object | undefined): string {
  const path = at("load.json");
  const percentiles = { p99: 9e6 };
  const summary = { maxBatch: 6, maxWaitUs: 1500, throughput: 812, meanBatch: 3.5, latency: { percentiles } };
  const result = {
    ...{ kind: "infer-opt-load", v: 1, model: { file: "batched.opt.onnx", hash }, device: "a CPU", instances: 2 },
    ...{ threads: 4, session: { optimization: "extended", arena: false }, limit: { share: 0.99, ns: 1e7 } },
    ...(load === undefined ? {} : { load: { ...summary, ...load } }),
  };
  writeFileSync(path, JSON.stringify(result));
  return path;
}

const hashOf = async (file: string): Promise<string> => hashModel((await loadModel(file)).model);

test("a model repository for Triton with what a load measured", async () => {
  const model = at("batched.opt.onnx");
  const result = loadResult(await hashOf(model), {});
  const written = await writePackage("triton", { model, folder: at("models"), loadResult: result });
  expect(written.folder).toBe(join(at("models"), "batched"));
  expect([...written.files].sort()).toEqual([join("1", "model.onnx"), "config.pbtxt"]);
  expect(await hashOf(join(written.folder, "1", "model.onnx"))).toBe(await hashOf(model));
  const text = readFileSync(join(written.folder, "config.pbtxt"), "utf8");
  expect(text).toMatch(/^# Measured on a CPU: 812.0 requests a second, p99 9.0 ms/m);
  const one = (key: string, text: string): object => ({ key: [key], value: [{ string_value: [text] }] });
  expect(readTextProto(text)).toEqual({
    ...{ name: ["batched"], backend: ["onnxruntime"], max_batch_size: [6] },
    input: [{ name: ["x"], data_type: ["TYPE_FP32"], dims: [3] }],
    output: [{ name: ["y"], data_type: ["TYPE_FP32"], dims: [3] }],
    instance_group: [{ count: [2], kind: ["KIND_CPU"] }],
    dynamic_batching: [{ preferred_batch_size: [6], max_queue_delay_microseconds: [1500] }],
    optimization: [{ graph: [{ level: [1] }] }],
    parameters: [one("intra_op_thread_count", "4"), one("enable_mem_arena", "0")],
  });
});

test("without a load it says that nothing was measured; a model with a fixed batch is not batched; scalars are reshaped", async () => {
  const { notes, folder: place } = await writePackage("triton", { model: at("batched.opt.onnx"), folder: at("plain") });
  expect(notes[0]).toMatch(/^Not measured/);
  const text = readFileSync(join(place, "config.pbtxt"), "utf8");
  expect(text).toMatch(/^# Not measured/m);
  expect(readTextProto(text)).toMatchObject({ max_batch_size: [4] });
  expect([takesBatches(batched), takesBatches(fixed)]).toEqual([true, false]);
  const config = readTextProto(
    writeTextProto(tritonConfig("fixed", fixed, planServing(false, undefined, undefined), undefined)),
  );
  expect(config).toMatchObject({
    max_batch_size: [0],
    input: [
      { name: ["x"], dims: [1, 3] },
      { name: ["s"], dims: [1], reshape: [{ shape: [] }] },
    ],
  });
  expect(config).not.toHaveProperty("dynamic_batching");
});

test("a load result about another model, without a rate, or of another kind is refused", async () => {
  const model = at("batched.opt.onnx");
  const pack = (result: string): Promise<string | undefined> =>
    codeOf(() => writePackage("ort", { model, folder: at("refused"), loadResult: result }));
  expect(await pack(loadResult("other", {}))).toBe("IO0914");
  expect(await pack(loadResult(await hashOf(model), undefined))).toBe("IO0914");
  const damaged = [
    ...[{ maxBatch: "6\n}" }, { maxBatch: Infinity }, { throughput: null }, { latency: 1 }, { maxWaitUs: -1 }],
    ...[{ meanBatch: {} }, { latency: { percentiles: null } }],
  ];
  for (const load of damaged) expect(await pack(loadResult(await hashOf(model), load))).toBe("IO0914");
  const whole = JSON.parse(readFileSync(loadResult(await hashOf(model), {}), "utf8")) as object;
  for (const part of [
    ...[{ load: 5 }, { load: null }, { device: "a\ninstance_group {" }, { instances: 0 }, { threads: [] }],
    ...[{ session: { optimization: 7 } }, { session: { arena: "no" } }, { limit: 3 }, { model: 1 }],
  ]) {
    writeFileSync(at("damaged.json"), JSON.stringify({ ...whole, ...part }));
    expect(await pack(at("damaged.json"))).toBe("IO0914");
  }
  writeFileSync(at("odd.json"), "[1]");
  expect(await pack(at("odd.json"))).toBe("IO0914");
  expect(await pack(at("missing.json"))).toBe("IO0914");
  expect(existsSync(at("refused"))).toBe(false);
});

test("session options for ONNX Runtime, with those that were found best", async () => {
  const advice: SessionAdvice = {
    ...{ intraOpNumThreads: 3, interOpNumThreads: 1, enableCpuMemArena: true, enableMemPattern: true },
    ...{ graphOptimizationLevel: "all", executionMode: "parallel", allowSpinning: false },
  };
  const { folder: place } = await writePackage("ort", { model: at("batched.opt.onnx"), folder: at("ort"), advice });
  expect(JSON.parse(readFileSync(join(place, "session-options.json"), "utf8"))).toMatchObject({
    ...{ intra_op_num_threads: 3, graph_optimization_level: "ORT_ENABLE_ALL", execution_mode: "ORT_PARALLEL" },
    session_config_entries: { "session.intra_op.allow_spinning": "0" },
    custom_ops_library: null,
  });
  expect(readFileSync(join(place, "README.md"), "utf8")).toContain("session-options.json");
});

test("all that was advised reaches the server: operators side by side have threads, a pattern that was slower is off", () => {
  const advice: SessionAdvice = {
    ...{ intraOpNumThreads: 3, interOpNumThreads: 3, enableCpuMemArena: false, enableMemPattern: false },
    ...{ graphOptimizationLevel: "basic", executionMode: "parallel", allowSpinning: true },
  };
  const serving = planServing(true, undefined, advice);
  expect(ortOptions(serving, undefined)).toMatchObject({
    ...{ inter_op_num_threads: 3, enable_cpu_mem_arena: false, enable_mem_pattern: false },
    graph_optimization_level: "ORT_ENABLE_BASIC",
  });
  const { parameters } = tritonConfig("net", batched, serving, undefined);
  expect(parameters).toEqual(
    [
      ["intra_op_thread_count", "3"],
      ["execution_mode", "1"],
      ["inter_op_thread_count", "3"],
      ["enable_mem_arena", "0"],
      ["enable_mem_pattern", "0"],
    ].map(([key, value]) => ({ key, value: { string_value: value } })),
  );
  const sequential = planServing(true, undefined, { ...advice, executionMode: "sequential" });
  expect(ortOptions(sequential, undefined)).toMatchObject({ inter_op_num_threads: 1 });
});

test.skipIf(missing !== undefined)("a model with compiled regions brings the host library", async () => {
  writeFileSync(at("regions.onnx"), encodeModel(await compiledSample(), { valueInfo: "all" }));
  const { folder: place, files } = await writePackage("triton", {
    model: at("regions.onnx"),
    folder: at("with"),
    served: "/srv",
  });
  const library = files.find((file) => /inferopt|infer-opt/.test(file)) as string;
  expect(existsSync(join(place, library))).toBe(true);
  const config = readTextProto(readFileSync(join(place, "config.pbtxt"), "utf8"));
  expect(config["model_operations"]).toEqual([{ op_library_filename: [`/srv/regions/${library}`] }]);
});

test("any text and number written is read back", () => {
  const scalar = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean());
  fc.assert(
    fc.property(scalar, fc.array(fc.integer()), fc.array(scalar, { minLength: 1 }), (value, list, inner) => {
      const text = writeTextProto({ a: value, b: list, c: inner.map((each) => ({ d: each })), e: undefined }, [
        "x",
        "{",
      ]);
      expect(readTextProto(text)).toEqual({ a: [value], b: list, c: inner.map((each) => ({ d: [each] })) });
    }),
  );
});

test("what is measured wins over what was advised, and that over the defaults", () => {
  const result = { instances: 2, threads: 4, session: {}, load: undefined } as unknown as LoadResult;
  expect(planServing(true, result, undefined)).toMatchObject({ instances: 2, threads: 4, level: "all", maxBatch: 4 });
  expect(planServing(false, undefined, undefined)).toMatchObject({
    instances: 1,
    threads: 0,
    maxBatch: 1,
    arena: undefined,
  });
});
