import type { Model } from "../../src/ir/index.ts";
import {
  borderOf,
  compressProgram,
  digestConstants,
  encodeProgram,
  lowestIsa,
  maxRegionsPerLevel,
  outlineRegion,
} from "../../src/region/index.ts";
import type { LevelProgram } from "../../src/region/index.ts";
import type { DeviceFingerprint, Workload } from "../../src/schedule/index.ts";
import type { Assembly } from "./assemble.ts";
import { assemble } from "./assemble.ts";
import type { PlannedRegion } from "./plan-regions.ts";
import type { Selection } from "./select.ts";
import { multiplications } from "./tuning-tasks.ts";

/** A region in the model, with its program. */
export interface EmittedRegion extends Assembly {
  readonly name: string;
  readonly region: PlannedRegion;
  /** Size of the encoded program. */
  readonly programBytes: number;
}

/**
 * Turns planned regions into calls of functions with programs: changes the model in place. Where there are more regions
 * than names, those with the least work stay plain.
 */
export function emitRegions(
  model: Model,
  regions: readonly PlannedRegion[],
  select: (workload: Workload) => Selection,
  device: DeviceFingerprint,
): readonly EmittedRegion[] {
  const work = ({ lowered }: PlannedRegion): number =>
    lowered.steps.reduce((sum, { workload }) => sum + multiplications(workload), 0);
  const kept = [...regions].sort((a, b) => work(b) - work(a)).slice(0, maxRegionsPerLevel);
  // Outlining one region replaces the values that its neighbours read: what they are is taken before any goes.
  const encoded = kept.map((region) => encodeRegion(model, region, select, device));
  return encoded.map(({ region, assembly, level }) => {
    const call = outlineRegion(model, region.nodes, [level]);
    return { ...assembly, name: call.opType, region, programBytes: level.program.byteLength };
  });
}

function encodeRegion(
  model: Model,
  region: PlannedRegion,
  select: (workload: Workload) => Selection,
  device: DeviceFingerprint,
): { readonly region: PlannedRegion; readonly assembly: Assembly; readonly level: LevelProgram } {
  const border = borderOf(model.graph, region.nodes);
  const inputs = [...border.activations, ...border.constants];
  const assembly = assemble(region.lowered, inputs, border.outputs, select, device);
  const isa = lowestIsa(assembly.program.features);
  if (isa === undefined) throw new Error(`no level has all of ${assembly.program.features.join(", ")}`);
  const constants = border.constants.map(({ name, constant }) => {
    if (constant === undefined) throw new Error(`"${name}" has no content`);
    return constant.bytes();
  });
  return {
    region,
    assembly,
    level: { isa, program: compressProgram(encodeProgram(assembly.program, digestConstants(constants))) },
  };
}
