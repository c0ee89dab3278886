import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterEach, describe, expect, test } from "vitest";
import { cpuFeatures } from "../../../src/codegen/index.ts";
import { decodeProgram } from "../../../src/region/decode-program.ts";
import { createNativeSession } from "../../../src/runtime/native-session.ts";
import type { NativeSessionOptions, SessionTensor } from "../../../src/runtime/native-session.ts";
import { canRun, hostMissing } from "../../targets/cpu/run-kernel.ts";
import { expectedOf, outputs, nestedModel, regionModel, regionProgram, weights } from "./region-model.ts";

const skip = hostMissing !== undefined;
if (skip) console.warn(`sessions with regions are not tested: ${hostMissing}`);

const variables = ["INFER_OPT_NATIVE", "INFER_OPT_ISA", "INFER_OPT_TRUST"];
afterEach(() => {
  for (const name of variables) delete process.env[name];
});

function sample(samples: number, seed = 37): SessionTensor & { readonly data: Uint8Array } {
  const data = Uint8Array.from({ length: 64 * samples }, (_, i) => (i * seed) % 256);
  return { type: "uint8", dims: [samples, 64], data };
}

async function runModel(model: Uint8Array, samples: number, options: NativeSessionOptions = {}): Promise<Int32Array> {
  const session = await createNativeSession(model, options);
  try {
    const { y } = await session.run({ x: sample(samples) });
    expect([y?.type, y?.dims]).toEqual(["int32", [samples, outputs]]);
    return y?.data as Int32Array;
  } finally {
    await session.release();
  }
}

/** What the body computes: the plain operators of the model. */
function bodyOf(x: Uint8Array): Int32Array {
  return expectedOf(x).map((value) => value + 1);
}

describe.skipIf(skip)("a region in a session", () => {
  const model = skip ? new Uint8Array(0) : regionModel(regionProgram());

  test.each([
    { threads: 1, samples: 1 },
    { threads: 2, samples: 3 },
    { threads: 2, samples: 0 },
  ])("runs its program on $threads threads for $samples samples", async ({ threads, samples }) => {
    const y = await runModel(model, samples, { intraOpNumThreads: threads });
    expect(y).toEqual(expectedOf(sample(samples).data));
  });

  test("is at every level of ONNX Runtime's optimizations, and from a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "infer-opt-test-"));
    try {
      const path = join(folder, "modèle.onnx");
      writeFileSync(path, model);
      for (const graphOptimizationLevel of ["disabled", "basic", "extended", "all"] as const) {
        const session = await createNativeSession(path, { graphOptimizationLevel });
        expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y"]]);
        expect((await session.run({ x: sample(2) }))["y"]?.data).toEqual(expectedOf(sample(2).data));
        await session.release();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("runs from several calls at once on one session", async () => {
    const session = await createNativeSession(model, { intraOpNumThreads: 2 });
    const inputs = Array.from({ length: 40 }, (_, i) => sample(5, 2 * i + 1));
    const results = await Promise.all(inputs.map((x) => session.run({ x })));
    results.forEach(({ y }, i) => expect(y?.data).toEqual(expectedOf((inputs[i] as SessionTensor).data as Uint8Array)));
    await session.release();
  });

  test("runs beside onnxruntime-node in one process, which runs the body", async () => {
    const [theirs, ours] = await Promise.all([ort.InferenceSession.create(model), createNativeSession(model)]);
    const x = sample(2);
    for (let i = 0; i < 20; i++) {
      const [a, b] = await Promise.all([theirs.run({ x: new ort.Tensor("uint8", x.data, x.dims) }), ours.run({ x })]);
      expect(a["y"]?.data).toEqual(bodyOf(x.data));
      expect(b["y"]?.data).toEqual(expectedOf(x.data));
    }
    await ours.release();
    await theirs.release();
  });

  test("runs prepared inputs on the calling thread", async () => {
    const session = await createNativeSession(model);
    const prepared = session.prepare({ x: sample(1) });
    prepared.run();
    prepared.run();
    prepared.release();
    expect(() => prepared.run()).toThrow("released");
    await session.release();
  });

  test("is left to its body without regions, with INFER_OPT_NATIVE=0, and below its level", async () => {
    expect(await runModel(model, 2, { regions: false })).toEqual(bodyOf(sample(2).data));
    process.env["INFER_OPT_NATIVE"] = "0";
    expect(await runModel(model, 2)).toEqual(bodyOf(sample(2).data));
    process.env["INFER_OPT_NATIVE"] = "1";
    process.env["INFER_OPT_ISA"] = "none";
    expect(await runModel(model, 2)).toEqual(bodyOf(sample(2).data));
    const better = regionModel(regionProgram(), { name: "Region_avx512vnni_31" });
    process.env["INFER_OPT_ISA"] = "avx2";
    expect(await runModel(better, 2)).toEqual(bodyOf(sample(2).data));
    expect(await runModel(model, 2)).toEqual(expectedOf(sample(2).data));
  });

  test("may hold a region for a lesser CPU, which runs where the better one cannot", async () => {
    const x = sample(2);
    const rowSums = Array.from({ length: outputs }, (_, o) =>
      weights.subarray(64 * o, 64 * o + 64).reduce((sum, weight) => sum + weight, 0),
    );
    const folded = (zero: number): Int32Array =>
      expectedOf(x.data).map((value, i) => value + (128 - zero) * (rowSums[i % outputs] as number));
    // Each form takes another zero point, so that a run shows which one ran.
    const inner = regionProgram({ xZero: 2 });
    const model = nestedModel(regionProgram({ inner, xZero: 1 }), inner);
    if (canRun(cpuFeatures.filter((name) => name !== "avxvnni" && !/vbmi|bf16/.test(name))))
      expect(await runModel(model, 2)).toEqual(folded(1));
    process.env["INFER_OPT_ISA"] = "avx2";
    expect(await runModel(model, 2)).toEqual(folded(2));
    process.env["INFER_OPT_NATIVE"] = "0";
    expect(await runModel(model, 2)).toEqual(folded(128));
  });

  test("is refused when the model was edited after it was compiled", async () => {
    const edited = weights.slice();
    edited[77] = (edited[77] as number) + 1;
    const model = regionModel(regionProgram(), { weights: edited });
    await expect(createNativeSession(model)).rejects.toThrow(/IO0702|edited after it was compiled/);
    expect(await runModel(model, 1, { regions: false })).toHaveLength(outputs);
  });

  test("is refused when its program was changed", async () => {
    const program = regionProgram();
    program[program.length - 70] = (program[program.length - 70] as number) ^ 1;
    await expect(createNativeSession(regionModel(program))).rejects.toThrow("its digest differs");
  });

  test("runs only code that INFER_OPT_TRUST lists", async () => {
    const folder = mkdtempSync(join(tmpdir(), "infer-opt-test-"));
    try {
      const decoded = decodeProgram(regionProgram());
      if ("malformed" in decoded) throw new Error(decoded.malformed);
      const path = join(folder, "trusted.txt");
      process.env["INFER_OPT_TRUST"] = path;
      await expect(createNativeSession(model)).rejects.toThrow(/cannot be read/);
      writeFileSync(path, `# nothing\n${"0".repeat(64)}  other\n`);
      await expect(createNativeSession(model)).rejects.toThrow(/is not listed in/);
      writeFileSync(path, `${"0".repeat(64)}  other\n${Buffer.from(decoded.codeDigest).toString("hex")}  ours\n`);
      expect(await runModel(model, 1)).toEqual(expectedOf(sample(1).data));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("fails a run whose input has another shape, and goes on", async () => {
    const session = await createNativeSession(model);
    await expect(session.run({ x: { type: "uint8", dims: [1, 63], data: new Uint8Array(63) } })).rejects.toThrow();
    await expect(session.run({ x: { type: "uint8", dims: [1, 64], data: new Uint8Array(3) } })).rejects.toThrow();
    await expect(session.run({})).rejects.toThrow();
    expect((await session.run({ x: sample(1) }))["y"]?.data).toEqual(expectedOf(sample(1).data));
    await session.release();
  });
});
