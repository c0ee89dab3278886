import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MeasurePolicy } from "../../src/measure/index.ts";
import { loadModel } from "../../src/onnx/index.ts";
import { chooseForm } from "./choose-form.ts";
import { compareOutputs, outputSteps } from "./compare-outputs.ts";
import type { Contest, Contestant } from "./contest.ts";
import { holdContest, openContestants } from "./contest.ts";
import type { PlainForms, RegionForm, RegionOptions } from "./forms.ts";
import { makePlainForms, makeRegionForm } from "./forms.ts";
import type { BenchModel } from "./models.ts";
import { openVinoContestants } from "./openvino.ts";
import { profileRegions } from "./profile.ts";
import type { ModelResult, Ratio, RegionSummary, ThreadResult } from "./results.ts";
import { revertForm } from "./revert-form.ts";
import type { FeedFile, Runner } from "./runner.ts";
import { sessionRunner } from "./runner-scripts.ts";
import { startRunner } from "./runner.ts";

/** How networks are measured. */
export interface MeasureSetup {
  readonly shared: string;
  readonly threads: readonly number[];
  /** Of the races that are reported, and of those that choose the form to report. */
  readonly policy: MeasurePolicy;
  readonly selection: MeasurePolicy;
  readonly regions: RegionOptions;
  /** Python of the environment that has OpenVINO; undefined leaves OpenVINO out. */
  readonly python: string | undefined;
  readonly profile: boolean;
  /** Layers that lose are left plain where that pays, as a compile does. */
  readonly reverts: boolean;
}

/** Makes the forms of one network, races them against the peers, and compares their outputs. */
export async function measureModel(model: BenchModel, setup: MeasureSetup): Promise<ModelResult> {
  const folder = mkdtempSync(join(tmpdir(), "bench-cpu-"));
  const runners: Runner[] = [];
  const start = (command: string, args: readonly string[]): Runner => {
    const runner = startRunner(command, args);
    runners.push(runner);
    return runner;
  };
  try {
    return await measureIn(folder, model, setup, start);
  } finally {
    for (const runner of runners) runner.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureIn(
  folder: string,
  model: BenchModel,
  setup: MeasureSetup,
  start: (command: string, args: readonly string[]) => Runner,
): Promise<ModelResult> {
  const startSessions = (): Runner => start(process.execPath, [sessionRunner]);
  const plain = await makePlainForms(model, setup.shared, folder);
  const failures: Record<string, string> = {};
  const runner = startSessions();
  const makeRegions = async (source: string, name: string): Promise<RegionForm> => {
    const full = await makeRegionForm(source, join(folder, `${name}.onnx`), setup.regions);
    const feeds = plain.samples.slice(0, 1);
    const contestant = { name, model: full.file, runner: startSessions() };
    // What crashes is told below; nothing is to be gained from leaving some of it plain.
    if (!setup.reverts || full.compiled.regions.length === 0 || (await failureOf(contestant, feeds)) !== undefined)
      return full;
    const { threads, selection: policy, regions } = setup;
    return revertForm(source, full, { regions, threads, policy, feeds, runner });
  };
  const int8 = await makeRegions(plain.qdq, "int8-regions");
  const float = await makeRegions(plain.float, "float-regions");
  const ours: Contestant[] = [
    { name: "ort-int8", model: plain.qdq, runner },
    { name: "ort-float", model: plain.original, runner },
    { name: "float-plain", model: plain.float, runner },
  ];
  for (const [name, { file, compiled }, reference] of [
    ["int8-regions", int8, plain.qdq],
    ["float-regions", float, plain.original],
  ] as const) {
    if (compiled.regions.length === 0) continue;
    const why =
      (await failureOf({ name, model: file, runner: startSessions() }, plain.samples)) ??
      (await wrongOutputs(reference, file, LEAST_DB[name], plain.samples));
    if (why === undefined) ours.push({ name, model: file, runner });
    else failures[name] = why;
  }
  const has = (name: string): boolean => ours.some((contestant) => contestant.name === name);
  const others: Contestant[] = has("int8-regions")
    ? [{ name: "int8-portable", model: int8.file, runner, regions: false }]
    : [];
  const openVino =
    setup.python === undefined ? undefined : await openVinoContestants(setup.python, plain, folder, start);
  const peers = openVino?.contestants ?? [];
  const contests: (readonly [selection: Contest, contest: Contest])[] = [];
  for (const threads of setup.threads) {
    const selection = await holdContest(ours, threads, plain.samples.slice(0, 1), setup.selection);
    const all = [...ours, ...others, ...peers];
    contests.push([selection, await holdContest(all, threads, plain.samples.slice(0, 1), setup.policy)]);
    Object.assign(failures, contests.at(-1)?.[1].failures, openVino?.failures);
  }
  const selections = contests.map(([selection]) => selection);
  const emitted = {
    int8: chooseForm("ort-int8", ["int8-regions"], selections),
    float: chooseForm("ort-float", ["float-plain", "float-regions"], selections),
  };
  return {
    ...{ model: model.name, family: model.family, failures, emitted },
    threads: contests.map(([, contest]) => threadResult(contest, emitted, peers)),
    regions: { int8: summarizeRegions(int8), float: summarizeRegions(float) },
    outputs: await outputsOf(plain, int8, float, has),
    ...(setup.profile && has("int8-regions")
      ? { profile: { int8: await profileRegions(int8, setup.regions.device) } }
      : {}),
  };
}

/** Signal to noise against the plain form below which a form computes something else: it does not race. */
const LEAST_DB = { "int8-regions": 20, "float-regions": 50 } as const;

async function wrongOutputs(
  reference: string,
  file: string,
  leastDb: number,
  samples: readonly FeedFile[],
): Promise<string | undefined> {
  const [from, to] = [
    { model: reference, regions: false },
    { model: file, regions: true },
  ];
  const { sqnrDb } = await compareOutputs(from, to, samples, new Map());
  return sqnrDb === null || sqnrDb >= leastDb ? undefined : `its outputs are wrong: ${sqnrDb.toFixed(1)} dB`;
}

/** Runs a form once in a process of its own: a kernel that crashes takes nothing else along. */
async function failureOf(contestant: Contestant, samples: readonly FeedFile[]): Promise<string | undefined> {
  const { failures } = await openContestants([contestant], 1, samples.slice(0, 1));
  contestant.runner.stop();
  return failures[contestant.name];
}

function threadResult(
  contest: Contest,
  emitted: { readonly int8: string; readonly float: string },
  peers: readonly Contestant[],
): ThreadResult {
  const { threads, noise, rounds, times } = contest;
  const ratio = (theirs: string, ours: string): Ratio | undefined => {
    const speed = contest.speed(theirs, ours);
    const [a, b] = [times[theirs], times[ours]];
    return speed === undefined || a === undefined || b === undefined
      ? undefined
      : { ...speed, median: a.medianNs / b.medianNs };
  };
  const fastest = (names: readonly string[]): string =>
    names.reduce((best, name) => ((times[name]?.minNs ?? Infinity) < (times[best]?.minNs ?? Infinity) ? name : best));
  const bestPeer = fastest(["ort-int8", "ort-float", ...peers.map(({ name }) => name)]);
  const bestOfOurs = fastest([emitted.int8, emitted.float]);
  return {
    ...{ threads, noise, rounds, times, bestPeer },
    ratios: {
      int8: ratio("ort-int8", emitted.int8),
      int8Regions: ratio("ort-int8", "int8-regions"),
      float: ratio("ort-float", emitted.float),
      floatRegions: ratio("ort-float", "float-regions"),
      portable: ratio("ort-int8", "int8-portable"),
      best: ratio(bestPeer, bestOfOurs),
    },
  };
}

async function outputsOf(
  { original, qdq, samples }: PlainForms,
  int8: RegionForm,
  float: RegionForm,
  has: (name: string) => boolean,
): Promise<ModelResult["outputs"]> {
  const steps = outputSteps((await loadModel(qdq)).model);
  const compare = async (from: string, to: string, regions: boolean): ReturnType<typeof compareOutputs> =>
    compareOutputs({ model: from, regions: false }, { model: to, regions }, samples, steps);
  return {
    ...(has("int8-regions")
      ? { int8: await compare(qdq, int8.file, true), portable: await compare(qdq, int8.file, false) }
      : {}),
    ...(has("float-regions") ? { float: await compare(original, float.file, true) } : {}),
  };
}

function summarizeRegions({ compiled, addedBytes, tuned, seconds }: RegionForm): RegionSummary {
  const { regions, refusals } = compiled;
  const sum = (of: (region: (typeof regions)[number]) => number): number =>
    regions.reduce((total, region) => total + of(region), 0);
  const reasons = new Map<string, number>();
  for (const { reason } of refusals) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    regions: regions.length,
    nodes: sum(({ nodes }) => nodes),
    steps: sum(({ steps }) => steps.length),
    ...{ addedBytes, seconds, tried: tuned?.tried ?? 0, failed: tuned?.failed ?? 0 },
    arenaBytes: sum(({ arenaBytes }) => arenaBytes),
    weightsBytes: sum(({ weightsBytes }) => weightsBytes),
    refusals: Object.fromEntries([...reasons].sort(([, a], [, b]) => b - a)),
  };
}
