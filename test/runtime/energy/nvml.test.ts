import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import type { EnergyCounter } from "../../../src/measure/index.ts";
import { openNvmlCounter } from "../../../src/runtime/energy/nvml-counter.ts";
import type { Nvml } from "../../../src/runtime/energy/nvml.ts";
import { openNvml } from "../../../src/runtime/energy/nvml.ts";
import { cCompiler } from "../native/compile-c.ts";

const compiler = cCompiler();
afterAll(() => compiler.remove());

const shared = ["-shared", "-fPIC"];
const missing = process.platform === "linux" ? compiler.lacks([]) : "the driver's library is looked for on Linux";
if (missing !== undefined) console.warn(`not tested: ${missing}`);

let libraries = 0;

/** A library that behaves so, at a path of its own: functions are bound once a path. */
function fake(behaviour: string): string {
  const flags = [...shared, `-DFAKE_NVML="${behaviour}"`];
  return compiler.compile("fake-nvml.c", flags, { name: `libfake-${libraries++}.so` });
}

function opened(behaviour: string): Nvml {
  const nvml = openNvml(fake(behaviour));
  if ("missing" in nvml) throw new Error(nvml.missing);
  return nvml;
}

test("without a driver, or on a system that has none, the reason is told", () => {
  expect(openNvml(join(compiler.folder, "nothing.so"))).toEqual({
    missing: expect.stringMatching(/^no driver of NVIDIA: .*nothing\.so/),
  });
});

describe.skipIf(missing !== undefined)("with a driver", () => {
  test("GPUs tell what they are and what they draw; one without a counter is told by its power", () => {
    const nvml = opened("");
    expect(nvml.driver).toBe("590.12");
    expect(nvml.gpus.map((gpu) => [gpu.name, gpu.celsius(), gpu.watts(), gpu.refusal()])).toEqual([
      ["Counting GPU", 41, 70, undefined],
      ["Old GPU", 55, 120.5, undefined],
    ]);
    const [counting, old] = nvml.gpus;
    expect(counting?.microjoules()).toBeGreaterThan(2 ** 40 * 1000);
    expect(old?.microjoules()).toBeUndefined();
    nvml.close();
  });

  test("the energy of all GPUs is counted, by power where there is no counter", async () => {
    let ns = 0;
    const counter = openNvmlCounter(opened(""), { now: () => ns }) as EnergyCounter;
    const before = counter.read() ?? Number.NaN;
    const start = process.hrtime.bigint();
    await new Promise((done) => setTimeout(done, 100));
    // The counter follows real time at 70 W; the power is 120.5 W by the clock at hand.
    ns += 2e9;
    const after = counter.read() ?? Number.NaN;
    const realMs = Number(process.hrtime.bigint() - start) / 1e6;
    const byCounter = after - before - 120.5e6 * 2;
    // It counts whole millijoules: one more or less at either end.
    expect(byCounter / 1e3).toBeGreaterThan(70 * 95);
    expect(byCounter / 1e3).toBeLessThan(70 * (realMs + 1) + 2);
    counter.close();
  });

  test("a driver that does not start, no GPU, and one that tells nothing are reasons", () => {
    expect(openNvml(fake("stopped"))).toEqual({ missing: "NVIDIA's driver does not start: Driver Not Loaded" });
    const clock = { now: () => 0 };
    expect(openNvmlCounter(opened("none"), clock)).toEqual({ missing: "no GPU of NVIDIA's" });
    expect(openNvmlCounter(opened("silent"), clock)).toEqual({ missing: "Not Supported" });
  });

  test("doctor lists GPUs with their counters, and lives on where the driver crashes", async () => {
    const doctor = async (behaviour: string): Promise<readonly Record<string, unknown>[]> => {
      const name = `driver${behaviour}`;
      mkdirSync(join(compiler.folder, name));
      const flags = [...shared, `-DFAKE_NVML="${behaviour}"`];
      compiler.compile("fake-nvml.c", flags, { name: join(name, "libnvidia-ml.so.1") });
      const env = { ...process.env, LD_LIBRARY_PATH: join(compiler.folder, name) };
      const { stdout } = await promisify(execFile)(process.execPath, ["bin/infer-opt.js", "doctor", "--json"], { env });
      return JSON.parse(stdout) as readonly Record<string, unknown>[];
    };
    const found = await doctor("");
    expect(found).toContainEqual(
      expect.objectContaining({
        name: "GPU 0",
        ok: true,
        detail: "Counting GPU, driver 590.12, 70.0 W, 41 degrees Celsius, energy by its counter",
      }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ name: "GPU 1", detail: expect.stringContaining("energy by the power it draws") }),
    );
    expect(found).toContainEqual(expect.objectContaining({ name: "energy of GPUs", ok: true }));
    expect(await doctor("crash")).toContainEqual(
      expect.objectContaining({ name: "energy of GPUs", ok: false, detail: expect.stringContaining("IO0704") }),
    );
  });
});
