import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the example counts by hand and by infer-opt, and both agree", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["examples/cost-by-hand/cost-by-hand.mjs"]);
  const figures = stdout
    .trim()
    .split("\n")
    .map((line) => [...line.matchAll(/\d+(?:\.\d+)?/g)].map(Number));
  expect(stdout).toContain("= 36; infer-opt counts 36");
  expect(stdout).toContain("= 132; infer-opt counts 132");
  expect(stdout).toContain("= 33; a quarter of float32 is 33");
  expect(stdout).toContain("= 16");
  expect(stdout).toContain("96; fusing (-O2) saves 1 launch");
  expect(stdout).toContain("= 256");
  expect(figures.at(-1)?.at(-1)).toBe(4096);
});
