import { spawnSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { bundledOrtPath } from "../../../src/runtime/native-ort-path.ts";
import { canRun, hostMissing } from "../../targets/cpu/run-kernel.ts";
import { cCompiler } from "./compile-c.ts";
import { regionModel, regionProgram } from "./region-model.ts";

const compiler = cCompiler();
afterAll(() => compiler.remove());

const isGlibc =
  "glibcVersionRuntime" in ((process.report?.getReport() as { header?: object } | undefined)?.header ?? {});
const missing =
  hostMissing ?? (canRun(["avx2"]) && isGlibc ? compiler.lacks(["-pthread"]) : "this needs AVX2, and glibc to ask");
if (missing !== undefined) console.warn(`memory of sessions is not tested: ${missing}`);

test.skipIf(missing !== undefined)(
  "a session leaves nothing behind, and a kilobyte that is left shows",
  () => {
    const program = compiler.compile("session-memory.c", ["-O1"], { withLibrary: true });
    const model = compiler.write("region.onnx", regionModel(regionProgram()));
    const sessions = 100;
    const grown = (leak: number): readonly [bytes: number, mappings: number] => {
      const words = [bundledOrtPath() ?? "", model, "64", String(sessions), String(leak)];
      const { stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
      const [, bytes, mappings] = /^(-?\d+) bytes, (-?\d+) mappings\n$/.exec(stdout) ?? [];
      if (bytes === undefined || mappings === undefined) throw new Error(stdout + stderr);
      return [Number(bytes), Number(mappings)];
    };
    const [bytes, mappings] = grown(0);
    // ONNX Runtime's own tables grow now and then.
    expect(bytes / sessions).toBeLessThan(256);
    expect(mappings).toBeLessThan(sessions / 10);
    expect(grown(1024)[0] / sessions).toBeGreaterThan(900);
  },
  120_000,
);
