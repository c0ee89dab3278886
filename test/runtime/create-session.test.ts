import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { tensorFromBytes } from "../../src/ir/index.ts";
import type { Model } from "../../src/ir/index.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";
import { sampleInput } from "../../src/recipes/regions/sample-region.ts";
import { createSession, nativeLibraryPath } from "../../src/session.ts";
import type { Session, SessionOptions, SessionTensor } from "../../src/session.ts";
import { compiledSample, missing } from "../recipes/compiled-sample.ts";

if (missing !== undefined) console.warn(`sessions of compiled models are not tested: ${missing}`);

afterEach(() => {
  delete process.env["INFER_OPT_NATIVE"];
  delete process.env["INFER_OPT_TRUST"];
});

function input(samples: number): SessionTensor {
  return { type: "float32", ...sampleInput(samples) };
}

async function withSession<T>(
  model: string | Uint8Array | ArrayBuffer,
  options: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await createSession(model, options);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

describe.skipIf(missing !== undefined)("createSession", () => {
  let bytes: Uint8Array;
  /** The same with one more node. */
  let longer: Uint8Array;

  beforeAll(async () => {
    const model = await compiledSample();
    bytes = encodeModel(model, { valueInfo: "all" });
    const [y] = model.graph.outputs;
    if (y === undefined) throw new Error("no output");
    const node = model.graph.append({ opType: "Relu", inputs: [y], outputs: [{ name: "z", type: y.type }] });
    model.graph.addOutput(node.outputs[0] as NonNullable<(typeof node.outputs)[0]>);
    longer = encodeModel(model, { valueInfo: "all" });
  });

  const plain = (samples: number): Promise<SessionTensor | undefined> =>
    withSession(bytes, { regions: false }, async (session) => (await session.run({ x: input(samples) }))["y"]);

  test.each([0, 1, 3])("runs a model that is one region without ONNX Runtime, %i samples", async (samples) => {
    const expected = await plain(samples);
    await withSession(bytes, { intraOpNumThreads: 2 }, async (session) => {
      expect([session.engine, session.inputNames, session.outputNames]).toEqual(["program", ["x"], ["y"]]);
      expect(await session.run({ x: input(samples) })).toEqual({ y: expected });
    });
  });

  test("takes paths, array buffers, and tensors of onnxruntime-node", async () => {
    const expected = await plain(2);
    const { dims, data } = sampleInput(2);
    const tensor = new ort.Tensor("float32", data, dims) as unknown as SessionTensor;
    const folder = mkdtempSync(join(tmpdir(), "infer-opt-test-"));
    try {
      const path = join(folder, "m.onnx");
      writeFileSync(path, bytes);
      for (const model of [path, bytes.slice().buffer])
        await withSession(model, { executionProviders: ["cpu"] }, async (session) => {
          expect(session.engine).toBe("program");
          expect((await session.run({ x: tensor }, ["y"]))["y"]).toEqual(expected);
        });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("runs through ONNX Runtime what is more than a region, or may not run as one", async () => {
    const expected = await plain(2);
    await withSession(longer, {}, async (session) => {
      expect(session.engine).toBe("onnxruntime");
      expect((await session.run({ x: input(2) }))["y"]).toEqual(expected);
    });
    process.env["INFER_OPT_NATIVE"] = "0";
    await withSession(bytes, {}, async (session) => {
      expect(session.engine).toBe("onnxruntime");
      expect((await session.run({ x: input(2) }))["y"]).toEqual(expected);
    });
  });

  test.each(["program", "onnxruntime"] as const)("many runs at once and a release among them, %s", async (engine) => {
    const session = await createSession(engine === "program" ? bytes : longer, { intraOpNumThreads: 2 });
    expect(session.engine).toBe(engine);
    const expected = await Promise.all([1, 2, 3].map(plain));
    const runs = Array.from({ length: 24 }, (_, i) => session.run({ x: input(1 + (i % 3)) }));
    await session.release();
    const results = await Promise.all(runs);
    results.forEach(({ y }, i) => expect(y).toEqual(expected[i % 3]));
    await expect(session.run({ x: input(1) })).rejects.toThrow("released");
  });

  test("refuses what is not of the model", async () => {
    const x = input(1);
    const wrong: readonly (readonly [string, Record<string, SessionTensor>, readonly string[]])[] = [
      ["is missing", {}, ["y"]],
      ['no input "q"', { x, q: x }, ["y"]],
      ['no output "q"', { x }, ["q"]],
      ["the model takes float32[N,8,12,12]", { x: { ...x, type: "int32" } }, ["y"]],
      ["the model takes float32[N,8,12,12]", { x: { ...x, dims: [1, 8, 12] } }, ["y"]],
      ["other sizes", { x: { ...x, data: new Float32Array(7) } }, ["y"]],
    ];
    await withSession(bytes, {}, async (session) => {
      for (const [message, feeds, fetches] of wrong) await expect(session.run(feeds, fetches)).rejects.toThrow(message);
    });
  });

  test("refuses an edited model and code that is not trusted", async () => {
    const edited: Model = decodeModel(bytes.slice());
    const weights = [...edited.graph.constants].find(({ name }) => name === "w");
    const content = weights?.constant?.bytes().slice() ?? new Uint8Array(0);
    content[0] = (content[0] as number) ^ 1;
    if (weights?.constant !== undefined)
      weights.constant = tensorFromBytes(weights.constant.dtype, weights.constant.shape, content);
    await expect(createSession(encodeModel(edited, { valueInfo: "all" }))).rejects.toThrow("IO0710");
    process.env["INFER_OPT_TRUST"] = "/nowhere";
    await expect(createSession(bytes)).rejects.toThrow("IO0710");
  });

  test("refuses options that mean nothing here", async () => {
    await expect(createSession(bytes, { executionProviders: [{ name: "cuda" }] })).rejects.toThrow("IO0714");
    await expect(createSession(bytes, { enableProfiling: true } as SessionOptions)).rejects.toThrow("enableProfiling");
  });

  test("tells where the library is", () => expect(nativeLibraryPath()).toContain("inferopt"));
});
