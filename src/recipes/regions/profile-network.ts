import { InferOptError } from "../../diagnostics/index.ts";
import type { Model } from "../../ir/index.ts";
import { underTheClock } from "../../measure/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import type { ProfileLimits, RegionTimes } from "../../runtime/index.ts";
import { profileOrt } from "../../runtime/index.ts";
import type { NetworkProfile } from "../../schedule/index.ts";
import type { Form } from "../form.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { readFeeds } from "../samples.ts";

/** Runs that the least time of a node or a step is taken of, and how long they may last. */
export const profileLimits: ProfileLimits = { runs: 40, budgetNs: 1e9 };

/** Times ONNX Runtime's nodes for a model without regions, each with the names of the model's nodes it stands for. */
export async function namedPeers(
  model: Model,
  feeds: Feeds,
  setup: Parameters<typeof profileOrt>[3],
): Promise<NetworkProfile["peers"]> {
  const names = [...model.graph.nodes()].map(({ name }) => name);
  const peers = await profileOrt(model, feeds, profileLimits, setup);
  return peers.map(({ op, ns, nodes }) => ({ op, ns, nodes: nodes.map((node) => names[node] as string) }));
}

/** Times ONNX Runtime's nodes for a model without regions; undefined when it cannot run it or tells nothing. */
export async function profilePeers(
  model: Model,
  samples: Samples,
  run: Run,
  onFailure?: (reason: string) => void,
): Promise<NetworkProfile["peers"] | undefined> {
  const { worker, temp } = run.environment;
  const [feeds] = await readFeeds(samples.check);
  if (feeds === undefined) return undefined;
  const timing = (): Promise<NetworkProfile["peers"]> =>
    underTheClock(run.reporter, () => namedPeers(model, feeds, { worker, folder: temp.path }));
  return orFailed(timing, "the nodes of ONNX Runtime", run, onFailure);
}

/** Times the steps of a form's regions; undefined when they do not run here. */
export async function profileSteps(
  form: Form,
  run: Run,
  onFailure?: (reason: string) => void,
): Promise<readonly RegionTimes[] | undefined> {
  const model = await form.file();
  const { worker } = run.environment;
  const timing = (): Promise<{ readonly regions: readonly RegionTimes[] }> =>
    underTheClock(run.reporter, () => worker.request({ op: "profile", model, limits: profileLimits }));
  return (await orFailed(timing, `the layers of ${form.name}`, run, onFailure))?.regions;
}

/** What is timed here is told, and tried; a model that cannot be timed so is none the worse for it. */
async function orFailed<T>(
  action: () => Promise<T>,
  what: string,
  run: Run,
  onFailure?: (reason: string) => void,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InferOptError)) throw error;
    const reason = `${what} were not timed: ${error.diagnostic.message}`;
    run.note(reason);
    onFailure?.(reason);
    return undefined;
  }
}
