import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { missing } from "../recipes/compiled-sample.ts";

if (missing !== undefined) console.warn(`the example with regions is not run: ${missing}`);

test.skipIf(missing !== undefined)("the example compiles regions and runs them", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-example-"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["examples/run-with-regions.mjs", folder]);
    expect(stdout).toMatch(/^regions \(\w+\): [\d.]+ ms\nplain operators \(onnxruntime\): [\d.]+ ms\nequal outputs\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
