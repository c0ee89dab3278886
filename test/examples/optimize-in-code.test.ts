import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the example program optimizes the embedded model through the public API", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-example-"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["examples/optimize-in-code.mjs", folder]);
    expect(stdout).toMatch(/residual-cnn\.opt\.onnx: 1\d+ -> \d+ bytes/);
    for (const name of ["opt.onnx", "schedule.jsonl", "calib.json", "report.json", "report.html"])
      expect(existsSync(join(folder, `residual-cnn.${name}`))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
