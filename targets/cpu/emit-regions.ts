import { inTurns, nextTurn } from "../../src/events.ts";
import type { Model } from "../../src/ir/index.ts";
import {
  borderOf,
  calledLevels,
  compressProgram,
  digestConstants,
  encodeProgram,
  isaLevelNames,
  lowestIsa,
  maxRegionsPerLevel,
  outlineRegion,
} from "../../src/region/index.ts";
import type { IsaLevel, LevelProgram } from "../../src/region/index.ts";
import type { Workload } from "../../src/schedule/index.ts";
import type { Assembly } from "./assemble.ts";
import { assemble } from "./assemble.ts";
import type { ChosenKernels } from "./choose-kernels.ts";
import { runsLevel } from "./level-device.ts";
import type { PlannedRegion } from "./plan-regions.ts";
import { loweredFor } from "./plan-regions.ts";
import type { Selection } from "./select.ts";
import { multiplications, workloadText } from "./tuning-tasks.ts";

/** A region's program for one level. */
export interface EmittedLevel extends Assembly {
  /** Name of the operator that runs it. */
  readonly name: string;
  readonly isa: IsaLevel;
  /** Size of the program in the file. */
  readonly programBytes: number;
  readonly kernels: ChosenKernels;
}

/** A region in the model, with its programs. */
export interface EmittedRegion {
  readonly region: PlannedRegion;
  readonly best: EmittedLevel;
  /** From the better to the least. */
  readonly lesser: readonly EmittedLevel[];
  /** Levels that have no kernel for something in it. */
  readonly without: readonly { readonly isa: string; readonly reason: string }[];
}

/**
 * Turns planned regions into calls of functions with a program for each of `levels`, the best first: changes the model in
 * place. A lesser level that lacks a kernel for a region, or needs all that a better one does, has no program of it. Where
 * there are more regions than names, those with the least work stay plain.
 */
export async function emitRegions(
  model: Model,
  regions: readonly PlannedRegion[],
  levels: readonly ChosenKernels[],
): Promise<readonly EmittedRegion[]> {
  const work = ({ lowered }: PlannedRegion): number =>
    lowered.steps.reduce((sum, { workload }) => sum + multiplications(workload), 0);
  const kept = [...regions].sort((a, b) => work(b) - work(a)).slice(0, maxRegionsPerLevel);
  // Outlining one region replaces the values that its neighbours read: what they are is taken before any goes.
  const encoded: ({ readonly region: PlannedRegion } & EncodedRegion)[] = [];
  for (const region of kept) encoded.push({ region, ...(await encodeRegion(model, region, levels)) });
  return encoded.map(({ region, programs, without }) => {
    const call = outlineRegion(model, region.nodes, programs);
    const names = calledLevels(model, call).map(({ name }) => name);
    const [best, ...lesser] = programs.map(({ isa, program, assembly, kernels }, index): EmittedLevel => ({
      ...assembly,
      ...{ isa, kernels, name: names[index] as string, programBytes: program.byteLength },
    }));
    return { region, best: best as EmittedLevel, lesser, without };
  });
}

interface EncodedLevel extends LevelProgram {
  readonly assembly: Assembly;
  readonly kernels: ChosenKernels;
}

interface EncodedRegion extends Pick<EmittedRegion, "without"> {
  readonly programs: readonly EncodedLevel[];
}

async function encodeRegion(
  model: Model,
  region: PlannedRegion,
  levels: readonly ChosenKernels[],
): Promise<EncodedRegion> {
  const programs: EncodedLevel[] = [];
  const without: { isa: string; reason: string }[] = [];
  for (const kernels of levels) {
    const { steps } = loweredFor(region, kernels.device);
    const missing = steps.find(({ workload }) => kernels.select(workload) === undefined);
    if (missing === undefined) {
      const level = await encodeLevel(model, region, kernels);
      if (programs.every(({ isa }) => isBetter(isa, level.isa))) programs.push(level);
    } else if (programs.length === 0) throw new Error(`no template for ${missing.workload.op}`);
    else {
      const isa = isaLevelNames.findLast((name) => runsLevel(kernels.device, name)) ?? "";
      without.push({ isa, reason: `no kernel for ${workloadText(missing.workload)}` });
    }
  }
  return { programs, without };
}

function isBetter(isa: IsaLevel, other: IsaLevel): boolean {
  return isaLevelNames.indexOf(isa) > isaLevelNames.indexOf(other);
}

async function encodeLevel(model: Model, region: PlannedRegion, kernels: ChosenKernels): Promise<EncodedLevel> {
  const border = borderOf(model.graph, region.nodes);
  const inputs = [...border.activations, ...border.constants];
  const select = (workload: Workload): Selection => {
    const selection = kernels.select(workload);
    if (selection === undefined) throw new Error(`no template for ${workload.op}`);
    return selection;
  };
  const lowered = loweredFor(region, kernels.device);
  await nextTurn();
  const assembly = await inTurns(assemble(lowered, inputs, border.outputs, select, kernels.device));
  const isa = lowestIsa(assembly.program.features);
  if (isa === undefined) throw new Error(`no level has all of ${assembly.program.features.join(", ")}`);
  await nextTurn();
  const constants = border.constants.map(({ name, constant }) => {
    if (constant === undefined) throw new Error(`"${name}" has no content`);
    return constant.bytes();
  });
  const plain = encodeProgram(assembly.program, digestConstants(constants));
  await nextTurn();
  const program = compressProgram(plain);
  return { isa, program, assembly, kernels };
}
