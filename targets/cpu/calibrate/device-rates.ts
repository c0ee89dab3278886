import type { Measurer, TuningRecords } from "../../../src/schedule/index.ts";
import type { DeviceRates } from "../../target.ts";
import { busyTask } from "../peak.ts";
import { vectorIsaOf } from "../templates/epilogue/vector-isa.ts";
import { memoryFigureNames, microKernel, microTask } from "./micro-kernels.ts";
import type { CalibrationStamp, CalibrationTask } from "./trials.ts";
import { bestTrial, measureTrials } from "./trials.ts";

/** What the records know of a device's roofline; undefined where they do not know all of it. */
export function recordedRates(records: TuningRecords): DeviceRates | undefined {
  const isa = vectorIsaOf(records.device);
  const busy = busyTask(records.device);
  if (isa === undefined || busy === undefined) return undefined;
  /** Units of work a second. */
  const rate = (name: string, work: number): number => (work * 1e9) / (bestTrial(name, records)?.ns?.min ?? Number.NaN);
  const micro = (name: Parameters<typeof microKernel>[0]): number => rate(name, microKernel(name, records.device).work);
  const rates: DeviceRates = {
    int8: rate(busy.name, busy.work),
    // One instruction multiplies a vector's lanes.
    float32: micro("fmas") * isa.lanes,
    ...{ memory: micro("memory"), stores: micro("stores") },
  };
  return Object.values(rates).every(Number.isFinite) ? rates : undefined;
}

/** Measures and records what {@link recordedRates} lacks: some half a second, most of it for memory. */
export async function measureRates(
  measurer: Measurer,
  records: TuningRecords,
  stamp: CalibrationStamp,
  signal: AbortSignal,
): Promise<void> {
  const busy = busyTask(records.device);
  if (busy === undefined) return;
  const tasks: readonly CalibrationTask[] = [
    busy,
    ...(["fmas", ...memoryFigureNames] as const).map((name) => microTask(name, records.device)),
  ];
  const unknown = tasks.filter(({ name }) => bestTrial(name, records) === undefined);
  if (unknown.length > 0) await measureTrials(unknown, measurer, records, stamp, signal);
}
