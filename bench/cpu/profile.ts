import { loadModel } from "../../src/onnx/index.ts";
import { loadHostLibrary, profileRegions as timeSteps } from "../../src/runtime/index.ts";
import { startKernelMeasurer } from "../../targets/cpu/kernel-measurer.ts";
import { measurePeak } from "../../targets/cpu/peak.ts";
import type { Device } from "../../targets/index.ts";
import type { RegionForm } from "./forms.ts";

/** One step of a region's program, on one thread. */
export interface StepProfile {
  readonly region: string;
  readonly step: string;
  readonly workload: string;
  readonly template: string;
  readonly point: Readonly<Record<string, number>>;
  /** Least nanoseconds in the program, among the other steps. */
  readonly ns: number;
  /** Multiply-accumulates, in 10^9 a second; 0 for steps that have none. */
  readonly gmacs: number;
  /** Share of the machine's measured peak. */
  readonly peakShare: number;
}

/** Runs of a program that its profile takes, and their time at most. */
const limits = { runs: 60, budgetNs: 10e9 };

/** Times every step of every region in its program, and the peak of the machine beside them. */
export async function profileRegions({ file, compiled }: RegionForm, device: Device): Promise<readonly StepProfile[]> {
  const library = loadHostLibrary();
  if ("missing" in library) throw new Error(library.missing);
  const { model } = await loadModel(file);
  const times = new Map(timeSteps(model, library, limits).map(({ name, stepNs }) => [name, stepNs]));
  const measurer = startKernelMeasurer(device.fingerprint);
  const peak = await measurePeak(measurer, device.fingerprint, new AbortController().signal).finally(measurer.close);
  return compiled.regions.flatMap(({ name, steps }) => {
    const ns = times.get(name) ?? [];
    return steps.map(({ name: step, workload, template, point, work }, index): StepProfile => {
      const took = ns[index] as number;
      const least = work * (workload.split(" ", 1)[0]?.endsWith("f32") === true ? peak.float32 : peak.int8);
      return { region: name, step, workload, template, point, ns: took, gmacs: work / took, peakShare: least / took };
    });
  });
}
