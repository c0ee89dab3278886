import type { Model } from "../../src/ir/index.ts";
import { sampleConvolution } from "../../src/recipes/regions/sample-region.ts";
import { loadHostLibrary } from "../../src/runtime/index.ts";
import { makeScheduleCache } from "../../src/schedule/index.ts";
import { compileRegions } from "../../targets/cpu/compile-regions.ts";
import { cpu } from "../../targets/cpu/index.ts";
import type { CompiledRegions } from "../../targets/target.ts";

/** Why nothing can be compiled and run here; undefined where it can. */
export const missing: string | undefined = whyMissing();

function whyMissing(): string | undefined {
  const host = loadHostLibrary();
  if ("missing" in host) return host.missing;
  return host.features === 0 ? "no region runs on this CPU" : undefined;
}

/** Compiles what can be compiled of a model, in place, for this CPU with the templates' own points. */
export async function compileHere(model: Model, exact = true): Promise<CompiledRegions> {
  const found = await cpu.detect();
  if ("missing" in found) throw new Error(found.missing);
  const device = found.device.fingerprint;
  return compileRegions(model, {
    ...{ device, cache: makeScheduleCache([]), exact, effort: undefined, budgetMs: 0, threads: [1], seed: 1 },
    ...{ tool: "test", reporter: { handle: () => undefined }, signal: new AbortController().signal },
  });
}

/** The sample of `runtime --check` as one region for this CPU. */
export async function compiledSample(): Promise<Model> {
  const model = sampleConvolution();
  const { regions } = await compileHere(model);
  if (regions.length !== 1) throw new Error(`the sample has ${regions.length} regions`);
  return model;
}
