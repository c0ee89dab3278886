import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { RuntimeValue } from "../../src/ir/index.ts";
import { tensorFromBytes } from "../../src/ir/index.ts";
import type { MeasurePolicy } from "../../src/measure/index.ts";
import { loadModel } from "../../src/onnx/index.ts";
import { gainOver, isGain } from "../../src/recipes/proof/gain.ts";
import type { TimedRegions } from "../../src/recipes/regions/layer-times.ts";
import { timeLayers } from "../../src/recipes/regions/layer-times.ts";
import { nameNodes } from "../../src/recipes/name-nodes.ts";
import { nodesToExclude } from "../../src/recipes/regions/nodes-to-exclude.ts";
import { namedPeers, profileLimits } from "../../src/recipes/regions/profile-network.ts";
import { proposeReverts } from "../../src/recipes/regions/propose-reverts.ts";
import { startWorker } from "../../src/runtime/index.ts";
import type { Contest } from "./contest.ts";
import { holdContest } from "./contest.ts";
import type { RegionForm, RegionOptions } from "./forms.ts";
import { makeRegionForm } from "./forms.ts";
import type { FeedFile, Runner } from "./runner.ts";

/** What reverting works with. */
export interface RevertOptions {
  readonly regions: RegionOptions;
  readonly threads: readonly number[];
  readonly policy: MeasurePolicy;
  /** Of one inference. */
  readonly feeds: readonly FeedFile[];
  readonly runner: Runner;
}

/** As a compile does: layers that lose against ONNX Runtime are left plain where the whole network is faster so. */
export async function revertForm(plain: string, full: RegionForm, options: RevertOptions): Promise<RegionForm> {
  const timed = await layersOf(plain, full, options.feeds);
  if (timed === undefined) return full;
  const trials: { readonly name: string; readonly excluded: ReadonlyMap<string, string>; readonly form: RegionForm }[] =
    [];
  const { regions, threads, policy, feeds, runner } = options;
  for (const set of proposeReverts(timed.layers.map(({ ns, peer }) => ({ ns, peerNs: peer?.ns })))) {
    const excluded = nodesToExclude(set, timed);
    const name = `plain-${trials.length + 1}`;
    const output = full.file.replace(/\.onnx$/, `-${name}.onnx`);
    const how = { ...regions, effort: undefined, excluded };
    if (excluded.size > 0) trials.push({ name, excluded, form: await makeRegionForm(plain, output, how) });
  }
  if (trials.length === 0) return full;
  const contestants = [{ name: "full", form: full }, ...trials].map(({ name, form }) => ({
    ...{ name, model: form.file, runner },
  }));
  const contests: Contest[] = [];
  for (const count of threads) contests.push(await holdContest(contestants, count, feeds, policy));
  const [best] = trials
    .map((trial) => ({ ...trial, ...gainOver(contests.map((contest) => contest.pairs("full", trial.name))) }))
    .sort((a, b) => b.gain - a.gain);
  return best !== undefined && isGain(best)
    ? makeRegionForm(plain, full.file, { ...regions, excluded: best.excluded })
    : full;
}

/** The layers of a form against ONNX Runtime's own nodes; undefined where nothing can be timed. */
async function layersOf(
  plain: string,
  { file, compiled }: RegionForm,
  feeds: readonly FeedFile[],
): Promise<TimedRegions | undefined> {
  const { model } = await loadModel(plain);
  nameNodes(model);
  const values = new Map<string, RuntimeValue>(
    feeds.map((feed) => [feed.name, tensorFromBytes("float32", feed.shape, readFileSync(feed.file))]),
  );
  const worker = startWorker();
  try {
    const peers = await namedPeers(model, values, { worker, folder: dirname(file) });
    const { regions } = await worker.request({ op: "profile", model: file, limits: profileLimits });
    return timeLayers(model, compiled.regions, { regions, peers });
  } finally {
    worker.stop();
  }
}
