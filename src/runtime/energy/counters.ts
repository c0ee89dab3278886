import type { Clock, OpenedCounter } from "../../measure/index.ts";
import { openRaplCounter, systemClock } from "../../measure/index.ts";
import { openNvml } from "./nvml.ts";
import { openNvmlCounter } from "./nvml-counter.ts";

/** Kinds of devices whose energy may be counted: those that records know. */
export const countedDevices = ["cpu", "gpu"] as const;
export type CountedDevice = (typeof countedDevices)[number];

/** Opens the counter of a kind of device: of the processor by RAPL, of GPUs by NVML. */
export function openEnergyCounter(device: CountedDevice): OpenedCounter {
  switch (device) {
    case "cpu":
      return openRaplCounter();
    case "gpu":
      return openNvmlCounter(openNvml(), systemClock);
  }
}

/** A GPU as the driver describes it; what it does not tell is absent. */
export interface GpuState {
  readonly name: string;
  readonly celsius?: number;
  readonly watts?: number;
  /** What its energy is told by. */
  readonly energy: "counter" | "power" | { readonly missing: string };
}

/** Whether energy can be counted here, by kind of device. */
export interface EnergySources {
  /** The reason of a kind of device that has no counter. */
  readonly missing: Readonly<Partial<Record<CountedDevice, string>>>;
  /** Undefined without a driver. */
  readonly driver: string | undefined;
  readonly gpus: readonly GpuState[];
}

/** Looks for counters and GPUs. */
export function findEnergySources(): EnergySources {
  const nvml = openNvml();
  const found = "missing" in nvml ? { driver: undefined, gpus: [] } : nvml;
  const gpus = found.gpus.map((gpu): GpuState => {
    const [celsius, watts, refusal] = [gpu.celsius(), gpu.watts(), gpu.refusal()];
    const counted = gpu.microjoules() === undefined ? "power" : "counter";
    return {
      ...{ name: gpu.name, energy: refusal === undefined ? counted : { missing: refusal } },
      ...(celsius === undefined ? {} : { celsius }),
      ...(watts === undefined ? {} : { watts }),
    };
  });
  if (!("missing" in nvml)) nvml.close();
  const missing = countedDevices.flatMap((device) => {
    const counter = openEnergyCounter(device);
    if ("missing" in counter) return [[device, counter.missing] as const];
    counter.close();
    return [];
  });
  return { missing: Object.fromEntries(missing), driver: found.driver, gpus };
}

/** Watts that each kind of device drew on average over some time; kinds without a counter are left out. */
export type MeanPower = Readonly<Partial<Record<CountedDevice, number>>>;

/** Reads all counters, waits for `wait`, and reads them again. */
export async function measurePower(wait: () => Promise<unknown>, clock: Clock): Promise<MeanPower> {
  const counters = countedDevices.flatMap((device) => {
    const counter = openEnergyCounter(device);
    return "missing" in counter ? [] : [{ device, counter }];
  });
  const start = { ns: clock.now(), uj: counters.map(({ counter }) => counter.read()) };
  await wait();
  const seconds = (clock.now() - start.ns) / 1e9;
  const drawn = counters.flatMap(({ device, counter }, i) => {
    const [before, after] = [start.uj[i], counter.read()];
    counter.close();
    return before === undefined || after === undefined ? [] : [[device, (after - before) / 1e6 / seconds] as const];
  });
  return Object.fromEntries(drawn);
}
