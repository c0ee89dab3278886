import { findFunctions, loadFfi } from "../native-ffi.ts";
import type { FindFunction, ForeignFunction } from "../native-ffi.ts";

/** A GPU of NVIDIA's. What it does not tell is undefined, then why stands in `refusal`. */
export interface NvmlGpu {
  readonly name: string;
  celsius(): number | undefined;
  /** What is drawn now; NVML tells the mean of the last second on most GPUs. */
  watts(): number | undefined;
  /** Energy since the driver was loaded. */
  microjoules(): number | undefined;
  /** The driver's reason why neither energy nor power can be read; undefined where one can. */
  refusal(): string | undefined;
}

/** NVIDIA's management library (NVML), a part of the driver, loaded into this process. */
export interface Nvml {
  /** Version of the driver. */
  readonly driver: string;
  /** In the order of the PCI bus. */
  readonly gpus: readonly NvmlGpu[];
  close(): void;
}

/** Where the driver puts the library; undefined on systems that it does not exist for. */
const fileNames: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "libnvidia-ml.so.1",
  win32: "nvml.dll",
};

/** `NVML_TEMPERATURE_GPU` of nvml.h. */
const dieSensor = 0;

/** Room for a name or a version: nvml.h asks for 96 bytes at most. */
const textBytes = 96;

/** Loads the library and starts it; the reason where there is none, or it does not start. Never throws. */
export function openNvml(library = fileNames[process.platform]): Nvml | { readonly missing: string } {
  if (library === undefined) return { missing: `NVIDIA has no driver for ${process.platform}` };
  const ffi = loadFfi();
  if ("missing" in ffi) return ffi;
  try {
    return start(findFunctions(ffi, library));
  } catch (error) {
    const [detail = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { missing: `no driver of NVIDIA: ${library}: ${detail.replace(/^Failed to load shared library: /, "")}` };
  }
}

function start(find: FindFunction): Nvml | { readonly missing: string } {
  const explain = find("nvmlErrorString", "str", ["int"]);
  const reasonOf = (status: number): string => String(explain(status));
  const status = Number(find("nvmlInit_v2", "int", [])());
  if (status !== 0) return { missing: `NVIDIA's driver does not start: ${reasonOf(status)}` };
  const shutdown = find("nvmlShutdown", "int", []);
  const count = new Uint32Array(1);
  const counted = Number(find("nvmlDeviceGetCount_v2", "int", ["void *"])(count));
  if (counted !== 0) {
    shutdown();
    return { missing: `NVIDIA's driver tells no GPUs: ${reasonOf(counted)}` };
  }
  const driver = readText((bytes) =>
    find("nvmlSystemGetDriverVersion", "int", ["void *", "uint32_t"])(bytes, textBytes),
  );
  const calls = deviceCalls(find);
  const gpus = Array.from({ length: count[0] ?? 0 }, (_, index) => bindGpu(calls, index, reasonOf));
  return { driver: driver ?? "unknown", gpus, close: () => void shutdown() };
}

/** Functions that take a GPU's handle; undefined where the driver is too old to have them. */
interface DeviceCalls {
  readonly handle: ForeignFunction;
  readonly name: ForeignFunction | undefined;
  readonly temperature: ForeignFunction | undefined;
  readonly power: ForeignFunction | undefined;
  readonly energy: ForeignFunction | undefined;
}

function deviceCalls(find: FindFunction): DeviceCalls {
  const optional = (name: string, ...parameters: readonly string[]): ForeignFunction | undefined => {
    try {
      return find(name, "int", ["uintptr_t", ...parameters]);
    } catch {
      return undefined;
    }
  };
  return {
    handle: find("nvmlDeviceGetHandleByIndex_v2", "int", ["uint32_t", "void *"]),
    name: optional("nvmlDeviceGetName", "void *", "uint32_t"),
    temperature: optional("nvmlDeviceGetTemperature", "int", "void *"),
    power: optional("nvmlDeviceGetPowerUsage", "void *"),
    energy: optional("nvmlDeviceGetTotalEnergyConsumption", "void *"),
  };
}

function bindGpu(calls: DeviceCalls, index: number, reasonOf: (status: number) => string): NvmlGpu {
  const place = new BigUint64Array(1);
  const status = Number(calls.handle(index, place));
  const handle = place[0];
  if (status !== 0 || handle === undefined) return silentGpu(`GPU ${index}`, reasonOf(status));
  let reason: string | undefined;
  /** Calls a function that writes one number; remembers why where it does not. */
  const number = (call: ForeignFunction | undefined, room: Uint32Array | BigUint64Array, ...words: number[]) => {
    const answer = call === undefined ? undefined : Number(call(handle, ...words, room));
    if (answer !== 0) reason = answer === undefined ? "the driver is too old" : reasonOf(answer);
    return answer === 0 ? Number(room[0]) : undefined;
  };
  // NVML tells milliwatts and millijoules.
  const watts = (): number | undefined => scaled(number(calls.power, new Uint32Array(1)), 1e-3);
  const microjoules = (): number | undefined => scaled(number(calls.energy, new BigUint64Array(1)), 1e3);
  return {
    name: readText((bytes) => calls.name?.(handle, bytes, textBytes)) ?? `GPU ${index}`,
    celsius: () => number(calls.temperature, new Uint32Array(1), dieSensor),
    watts,
    microjoules,
    refusal: () => (microjoules() === undefined && watts() === undefined ? reason : undefined),
  };
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

/** A GPU that the driver lists and does not hand out. */
function silentGpu(name: string, reason: string): NvmlGpu {
  const nothing = (): undefined => undefined;
  return { name, celsius: nothing, watts: nothing, microjoules: nothing, refusal: () => reason };
}

function readText(fill: (bytes: Uint8Array) => unknown): string | undefined {
  const bytes = new Uint8Array(textBytes);
  if (fill(bytes) !== 0) return undefined;
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0))));
}
