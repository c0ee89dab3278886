import { InferOptError } from "../../diagnostics/index.ts";
import type { EnergySources, GpuState, MeanPower } from "../../runtime/index.ts";
import { startWorker } from "../../runtime/index.ts";
import type { Finding } from "./finding.ts";

/** Time over which the mean power is taken: counters of GPUs are renewed some ten times a second. */
const POWER_MS = 500;

/** What counts energy here, and the GPUs there are. Drivers are asked in a process of their own; `measure` takes the mean power too. */
export async function examineEnergy(measure: boolean): Promise<readonly Finding[]> {
  const worker = startWorker();
  try {
    const sources = await worker.request({ op: "energy" });
    const power = measure ? await worker.request({ op: "power", ms: POWER_MS }) : {};
    return energyFindings(sources, power);
  } catch (error) {
    if (!(error instanceof InferOptError)) throw error;
    const { code, message } = error.diagnostic;
    const detail = `${code}: ${message}`;
    return [{ name: "energy of GPUs", ok: false, optional: true, detail }];
  } finally {
    worker.stop();
  }
}

/** Findings of sources of energy, with watts where they were measured. */
export function energyFindings({ missing, driver, gpus }: EnergySources, power: MeanPower): readonly Finding[] {
  const watts = (device: keyof MeanPower): string => {
    const mean = power[device];
    return mean === undefined ? "" : `: ${mean.toFixed(1)} W over ${POWER_MS} ms`;
  };
  const finding = (name: string, reason: string | undefined, detail: string, advice: string): Finding => ({
    ...{ name, ok: reason === undefined, optional: true, detail: reason ?? detail },
    ...(reason === undefined ? {} : { advice }),
  });
  return [
    finding(
      "energy of the processor",
      missing.cpu,
      `RAPL counts it${watts("cpu")}`,
      "energy is estimated from products and bytes instead",
    ),
    finding(
      "energy of GPUs",
      missing.gpu,
      `NVML counts it${watts("gpu")}`,
      "no target runs on a GPU yet: nothing lacks it",
    ),
    ...gpus.map((gpu, index): Finding => gpuFinding(gpu, index, driver)),
  ];
}

function gpuFinding({ name, celsius, watts, energy }: GpuState, index: number, driver: string | undefined): Finding {
  const parts = [
    ...[name, `driver ${driver ?? "unknown"}`],
    ...(watts === undefined ? [] : [`${watts.toFixed(1)} W`]),
    ...(celsius === undefined ? [] : [`${celsius} degrees Celsius`]),
    energyText(energy),
  ];
  return { name: `GPU ${index}`, ok: true, optional: true, detail: parts.join(", ") };
}

function energyText(energy: GpuState["energy"]): string {
  if (energy === "counter") return "energy by its counter";
  return energy === "power" ? "energy by the power it draws" : `energy cannot be read (${energy.missing})`;
}
