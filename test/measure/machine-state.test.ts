import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readMachineState } from "../../src/measure/index.ts";

let root = "";
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "sysfs-"))));
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}

test("governors, turbo and the processor's temperature are read", () => {
  write("devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave");
  write("devices/system/cpu/cpufreq/policy1/scaling_governor", "performance");
  write("devices/system/cpu/cpufreq/policy2/scaling_governor", "powersave");
  write("devices/system/cpu/intel_pstate/no_turbo", "1");
  write("class/thermal/thermal_zone0/type", "acpitz");
  write("class/thermal/thermal_zone0/temp", "81000");
  write("class/thermal/thermal_zone1/type", "x86_pkg_temp");
  write("class/thermal/thermal_zone1/temp", "47500");
  write("class/hwmon/hwmon3/name", "coretemp");
  write("class/hwmon/hwmon3/temp1_input", "52250");
  write("class/hwmon/hwmon3/temp2_input", "");
  expect(readMachineState(root)).toEqual({ governors: ["performance", "powersave"], turbo: false, celsius: 52.25 });
});

test("where there is no intel_pstate the boost of cpufreq says whether there is turbo", () => {
  write("devices/system/cpu/cpufreq/boost", "1");
  write("class/thermal/thermal_zone0/type", "acpitz");
  write("class/thermal/thermal_zone0/temp", "40000");
  expect(readMachineState(root)).toEqual({ turbo: true, celsius: 40 });
});

test("what cannot be read is absent", () => {
  expect(readMachineState(join(root, "nowhere"))).toEqual({});
});
