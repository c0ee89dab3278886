import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineState } from "../events.ts";

export type { MachineState } from "../events.ts";

/** Thermal zones and sensors that measure the processor, by the names that drivers of Linux give. */
const processorSensors = /x86_pkg_temp|coretemp|k10temp|zenpower|cpu/i;

/** Reads the state of this machine; `root` is where sysfs is. */
export function readMachineState(root = "/sys"): MachineState {
  const governors = governorsOf(root);
  const turbo = turboOf(root);
  const celsius = hottest([...thermalZones(root), ...hardwareMonitors(root)]);
  return {
    ...(governors.length === 0 ? {} : { governors }),
    ...(turbo === undefined ? {} : { turbo }),
    ...(celsius === undefined ? {} : { celsius }),
  };
}

interface Sensor {
  readonly name: string;
  readonly celsius: number;
}

function governorsOf(root: string): readonly string[] {
  const folder = join(root, "devices/system/cpu/cpufreq");
  const found = namesIn(folder, /^policy\d+$/).flatMap(
    (policy) => textOf(join(folder, policy, "scaling_governor")) ?? [],
  );
  return [...new Set(found)].sort();
}

function turboOf(root: string): boolean | undefined {
  const cpu = join(root, "devices/system/cpu");
  const off = textOf(join(cpu, "intel_pstate/no_turbo"));
  if (off !== undefined) return off === "0";
  const boost = textOf(join(cpu, "cpufreq/boost"));
  return boost === undefined ? undefined : boost === "1";
}

function thermalZones(root: string): readonly Sensor[] {
  const folder = join(root, "class/thermal");
  return namesIn(folder, /^thermal_zone\d+$/).flatMap((zone) =>
    sensor(textOf(join(folder, zone, "type")) ?? "", join(folder, zone, "temp")),
  );
}

function hardwareMonitors(root: string): readonly Sensor[] {
  const folder = join(root, "class/hwmon");
  return namesIn(folder, /^hwmon\d+$/).flatMap((monitor) => {
    const name = textOf(join(folder, monitor, "name")) ?? "";
    return namesIn(join(folder, monitor), /^temp\d+_input$/).flatMap((input) =>
      sensor(name, join(folder, monitor, input)),
    );
  });
}

/** sysfs tells thousandths of a degree. */
function sensor(name: string, file: string): readonly Sensor[] {
  const text = textOf(file);
  const celsius = Number(text) / 1000;
  return text === undefined || !Number.isFinite(celsius) ? [] : [{ name, celsius }];
}

function hottest(sensors: readonly Sensor[]): number | undefined {
  const own = sensors.filter(({ name }) => processorSensors.test(name));
  const counted = (own.length > 0 ? own : sensors).map(({ celsius }) => celsius);
  return counted.length === 0 ? undefined : Math.max(...counted);
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => pattern.test(name));
  } catch {
    return [];
  }
}

/** Drivers may refuse to be read, or answer nothing. */
function textOf(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8").trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined;
  }
}
