import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Model, Node, RuntimeValue } from "../ir/index.ts";
import { loadModel, saveModel } from "../onnx/index.ts";
import { parseNodeTimes } from "./ort/node-times.ts";
import type { TaggedModel } from "./ort/tagged-model.ts";
import { tagModel } from "./ort/tagged-model.ts";
import type { ProfileLimits } from "./profile-regions.ts";
import type { Worker } from "./worker/client.ts";
import { toWire } from "./worker/wire.ts";

/** A node that ONNX Runtime runs for some of a model's nodes. */
export interface PeerNode {
  /** Its operator, such as `QLinearConv`. */
  readonly op: string;
  /** Least nanoseconds. */
  readonly ns: number;
  /** Positions of nodes in the model's main graph; none where it is not known. */
  readonly nodes: readonly number[];
}

/**
 * Times every node that ONNX Runtime runs for a model, all its optimizations on, one thread when no number is given. Files
 * are written to `folder` and removed. Throws what the worker's requests throw.
 */
export async function profileOrt(
  original: Model,
  feeds: ReadonlyMap<string, RuntimeValue>,
  limits: ProfileLimits,
  { worker, folder, threads = 1 }: { readonly worker: Worker; readonly folder: string; readonly threads?: number },
): Promise<readonly PeerNode[]> {
  const { model, nodesOf } = tagModel(original);
  const file = join(folder, "profiled.onnx");
  const optimized = join(folder, "profiled-optimized.onnx");
  const prefix = join(folder, "profile-of-nodes");
  const settings = { optimization: "all", threads, optimizedModelPath: optimized, profilePrefix: prefix } as const;
  try {
    await saveModel(model, file);
    const { session } = await worker.request({ op: "open", model: file, settings });
    try {
      await worker.request({ op: "repeat", session, feeds: toWire(feeds), ...limits });
    } finally {
      await worker.request({ op: "close", session });
    }
    const [profile] = filesOf(folder, prefix);
    if (profile === undefined) return [];
    const { graph } = (await loadModel(optimized)).model;
    const origins = originsOf([...graph.nodes()], nodesOf);
    return parseNodeTimes(readFileSync(profile, "utf8")).flatMap(({ name, op, ns }) => {
      const nodes = origins.get(name);
      // What is not in the main graph is in a body, whose time is in that of its node.
      return nodes === undefined ? [] : [{ op, ns, nodes }];
    });
  } finally {
    for (const path of [file, optimized, prefix].flatMap((start) => filesOf(folder, start)))
      rmSync(path, { force: true });
  }
}

/** The files of a folder whose path begins so. */
function filesOf(folder: string, prefix: string): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path.startsWith(prefix));
}

/**
 * What each node of ONNX Runtime's own graph stands for: what its name and its values tell; for one that tells nothing,
 * such as a change of the layout, what its first reader stands for.
 */
export function originsOf(
  nodes: readonly Node[],
  nodesOf: TaggedModel["nodesOf"],
): ReadonlyMap<string, readonly number[]> {
  const origins = new Map<string, readonly number[]>();
  for (const node of [...nodes].reverse()) {
    const outputs = node.outputs.flatMap((value) => (value === undefined ? [] : [value]));
    const own = [...new Set([node.name, ...outputs.map(({ name }) => name)].flatMap(nodesOf))];
    const readers = outputs.flatMap(({ uses }) => [...uses]);
    const [reader] = readers.flatMap((use) => (use.kind === "node" ? [use.node.name] : []));
    origins.set(node.name, own.length > 0 || reader === undefined ? own : (origins.get(reader) ?? []));
  }
  return origins;
}
