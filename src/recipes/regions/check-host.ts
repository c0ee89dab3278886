import { targets } from "../../../targets/index.ts";
import { fail, InferOptError } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { Model } from "../../ir/index.ts";
import { cloneModel, tensorFromBytes } from "../../ir/index.ts";
import { encodeModel } from "../../onnx/index.ts";
import { featureBits, isaLevelNames, isaLevels, parseRegionName } from "../../region/index.ts";
import {
  bundledOrtPath,
  createNativeSession,
  loadHostLibrary,
  loadOrt,
  nativeLibraryPath,
  ortVersion,
  whyNativeMissing,
} from "../../runtime/index.ts";
import { makeScheduleCache } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { sampleConvolution, sampleInput } from "./sample-region.ts";

/** What a check of the host library found. */
export interface HostCheck {
  readonly library: string;
  readonly version: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** ONNX Runtime's own library, which sessions with regions run in. */
  readonly onnxruntimeLibrary: string;
  /** Levels of instruction sets whose regions run here, lowest first. */
  readonly levels: readonly string[];
  /** The region that was run. */
  readonly region: string;
  /** Values compared between the region and the plain operators in its body: all equal. */
  readonly values: number;
}

/** The path of the host library. Throws IO0711 when there is none. */
export function hostLibraryPath(): string {
  const path = nativeLibraryPath();
  const missing = whyNativeMissing(path, { ignoreSwitch: true });
  return missing === undefined ? path : fail(runtimeDiagnostics.nativeMissing({ detail: missing }));
}

/**
 * Compiles a small region for this CPU and runs it in ONNX Runtime with the host library and without. Throws IO0711 or
 * IO0701 when something is missing, IO0713 when the region does not run or computes something else.
 */
export async function checkHost(signal: AbortSignal): Promise<HostCheck> {
  const host = loadHostLibrary();
  if ("missing" in host) return fail(runtimeDiagnostics.nativeMissing({ detail: host.missing }));
  const levels = isaLevelNames.filter((level) => {
    const needed = featureBits(isaLevels[level]);
    return (host.features & needed) === needed;
  });
  const compiled = sampleConvolution();
  const region = await compileSample(compiled, signal);
  const isa = parseRegionName("ai.inferopt.v1", region)?.isa;
  if (isa === undefined || !levels.includes(isa))
    return fail(
      runtimeDiagnostics.nativeMissing({ detail: `no region of this CPU's level runs: ${levels.join(", ")}` }),
    );
  const values = await compareRuns(compiled);
  await requireRefusal(compiled);
  return {
    ...{ library: host.path, version, node: process.versions.node },
    ...{ onnxruntime: ortVersion(await loadOrt()), onnxruntimeLibrary: bundledOrtPath() ?? "" },
    ...{ levels, region, values },
  };
}

/** Compiles the model in place with the templates' own points; the name of its region. */
async function compileSample(model: Model, signal: AbortSignal): Promise<string> {
  for (const target of targets) {
    if (target.compileRegions === undefined) continue;
    const found = await target.detect();
    if ("missing" in found) return fail(runtimeDiagnostics.nativeMissing({ detail: found.missing }));
    const { regions, refusals } = await target.compileRegions(model, {
      ...{
        device: found.device.fingerprint,
        cache: makeScheduleCache([]),
        effort: undefined,
        budgetMs: 0,
        threads: [1],
        seed: 1,
      },
      ...{ exact: true, tool: version, reporter: { handle: () => undefined }, signal },
    });
    const [region] = regions;
    if (region !== undefined) return region.name;
    const reasons = refusals.map(({ reason }) => reason).join("; ");
    return fail(runtimeDiagnostics.nativeMissing({ detail: `this CPU runs no kernels: ${reasons}` }));
  }
  throw new Error("no target compiles regions");
}

/** Runs the region and its body on the same input; the number of values that came out equal. */
async function compareRuns(model: Model): Promise<number> {
  const bytes = encodeModel(model, { valueInfo: "all" });
  const [ours, theirs] = [await outputOf(bytes, true), await outputOf(bytes, false)];
  const differing = ours.filter((value, i) => !Object.is(value, theirs[i])).length;
  if (ours.length !== theirs.length || differing > 0)
    fail(runtimeDiagnostics.hostCheckFailed({ detail: `${differing} of ${ours.length} values differ` }));
  return ours.length;
}

async function outputOf(model: Uint8Array, regions: boolean): Promise<Float32Array> {
  const session = await createNativeSession(model, { regions });
  try {
    const { y } = await session.run({ x: { type: "float32", ...sampleInput(2) } });
    return y?.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** A session refuses a damaged program: if it does not, nothing has read it, and the body ran both times. */
async function requireRefusal(model: Model): Promise<void> {
  const damaged = cloneModel(model);
  const program = [...damaged.graph.constants].find(({ name }) => name.endsWith(".program"));
  const bytes = program?.constant?.bytes().slice();
  if (program === undefined || bytes === undefined) throw new Error("the sample has no program");
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  program.constant = tensorFromBytes("uint8", [bytes.length], bytes);
  try {
    await (await createNativeSession(encodeModel(damaged, { valueInfo: "all" }), { regions: true })).release();
  } catch (error) {
    if (error instanceof InferOptError && error.diagnostic.code === runtimeDiagnostics.modelRejected.entry.code) return;
    throw error;
  }
  fail(runtimeDiagnostics.hostCheckFailed({ detail: "a damaged program was not noticed: ONNX Runtime runs the body" }));
}
