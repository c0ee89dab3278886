import type { MachineFigures, Measurer, TuningRecords } from "../../../src/schedule/index.ts";
import { trialScore } from "../../../src/schedule/index.ts";
import { coreFigureNames } from "../templates/core-figures.ts";
import { vectorIsaOf } from "../templates/epilogue/vector-isa.ts";
import { fittedOn } from "./fitted-on.ts";
import { microKernel, microTask } from "./micro-kernels.ts";
import type { CalibrationStamp } from "./trials.ts";
import { bestTrial, measureTrials } from "./trials.ts";

/** Steps of an octave that ratios are rounded to, so that measuring again changes no ranking; and most octaves. */
const steps = 4;
const mostOctaves = 3;

/**
 * What the records know of a device's speed, relative to the machine that the cost models were fitted on; undefined where
 * they do not know all of it. The same records give the same figures.
 */
export function recordedFigures(records: TuningRecords): MachineFigures | undefined {
  const isa = vectorIsaOf(records.device);
  if (isa === undefined) return undefined;
  const fitted = fittedOn[isa.name];
  const figures: Record<string, number> = {};
  for (const name of coreFigureNames) {
    const best = bestTrial(name, records);
    if (best === undefined) return undefined;
    const ratio = (fitted[name] * microKernel(name, records.device).work) / trialScore(best);
    const octaves = Math.round(Math.log2(ratio) * steps) / steps;
    figures[name] = 2 ** Math.min(mostOctaves, Math.max(-mostOctaves, octaves));
  }
  return figures;
}

/** {@link recordedFigures}, measured and recorded first where they are not known: some 15 ms. */
export async function measureFigures(
  measurer: Measurer,
  records: TuningRecords,
  stamp: CalibrationStamp,
  signal: AbortSignal,
): Promise<MachineFigures | undefined> {
  const known = recordedFigures(records);
  if (known !== undefined || vectorIsaOf(records.device) === undefined) return known;
  const tasks = coreFigureNames.map((name) => microTask(name, records.device));
  await measureTrials(tasks, measurer, records, stamp, signal);
  return recordedFigures(records);
}
