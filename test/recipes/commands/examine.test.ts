import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { noiseFloor } from "../../../src/measure/index.ts";
import { clockFinding, noiseFinding } from "../../../src/recipes/commands/examine.ts";
import { readMachineLimits } from "../../../src/recipes/commands/machine-limits.ts";

const folder = mkdtempSync(join(tmpdir(), "infer-opt-examine-"));
afterAll(() => rmSync(folder, { recursive: true }));

function sysfs(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), `${text}\n`);
  }
  return join(folder, name);
}

test("limits of control groups of both versions, none where there is no bound", () => {
  const second = sysfs("v2", { "fs/cgroup/cpu.max": "150000 100000", "fs/cgroup/memory.max": "2000000000" });
  expect(readMachineLimits(second)).toEqual({ cpus: 1.5, memoryBytes: 2e9, smt: undefined });
  const free = sysfs("free", {
    ...{ "fs/cgroup/cpu.max": "max 100000", "fs/cgroup/memory.max": "max", "devices/system/cpu/smt/active": "1" },
  });
  expect(readMachineLimits(free)).toEqual({ cpus: undefined, memoryBytes: undefined, smt: true });
  const first = sysfs("v1", {
    ...{ "fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "fs/cgroup/cpu/cpu.cfs_period_us": "100000" },
    "fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
  });
  expect(readMachineLimits(first)).toEqual({ cpus: undefined, memoryBytes: undefined, smt: undefined });
  expect(readMachineLimits(join(folder, "nothing"))).toEqual({
    cpus: undefined,
    memoryBytes: undefined,
    smt: undefined,
  });
});

test("clocks that follow the load come with advice, steady ones without", () => {
  expect(clockFinding({ governors: ["powersave"], turbo: true, celsius: 61.4 })).toMatchObject({
    detail: "governor powersave, turbo on, 61 degrees Celsius",
    advice: expect.stringContaining("performance"),
  });
  expect(clockFinding({ governors: ["performance"] })).not.toHaveProperty("advice");
  expect(clockFinding({}).detail).toBe(
    "the governor cannot be read, turbo cannot be read, the temperature cannot be read",
  );
});

test("the noise floor is the loop's median deviation from its best", () => {
  let now = 0;
  let calls = 0;
  const loop = (): void => void (now += calls++ % 4 === 0 ? 100 : 110);
  const noise = noiseFloor({ now: () => now }, loop);
  expect(noise).toBeCloseTo(0.1);
  expect(noiseFinding(noise)).toHaveProperty("advice");
  expect(noiseFinding(0.01)).not.toHaveProperty("advice");
});
