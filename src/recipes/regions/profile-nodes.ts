import type { Model } from "../../ir/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import { profileOrt } from "../../runtime/index.ts";
import type { Worker } from "../../runtime/index.ts";

/** How long ONNX Runtime takes for the nodes of its own graph, on average least times of many runs. */
export interface OperatorProfile {
  /** Sum of all nodes. */
  readonly totalNs: number;
  /** By operator, the longest first; shares of the sum. */
  readonly operators: readonly {
    readonly op: string;
    readonly nodes: number;
    readonly ns: number;
    readonly share: number;
  }[];
  /** By node, the longest first. */
  readonly nodes: readonly {
    readonly op: string;
    /** Names of the model's nodes that it stands for; none where that is not known. */
    readonly names: readonly string[];
    readonly ns: number;
    readonly share: number;
  }[];
}

/** Runs that the least time of each node is taken of, and how long they may last. */
const limits = { runs: 200, budgetNs: 3e9 };

/** Profiles a model in ONNX Runtime with all its optimizations; the nodes are those that it made of the model. */
export async function profileNodes(
  model: Model,
  feeds: Feeds,
  setup: { readonly worker: Worker; readonly folder: string; readonly threads: number },
): Promise<OperatorProfile> {
  const names = [...model.graph.nodes()].map(({ name, opType }, i) => (name === "" ? `${opType} #${i}` : name));
  const peers = await profileOrt(model, feeds, limits, setup);
  const totalNs = peers.reduce((sum, { ns }) => sum + ns, 0);
  const share = (ns: number): number => (totalNs === 0 ? 0 : ns / totalNs);
  const byOp = new Map<string, { nodes: number; ns: number }>();
  for (const { op, ns } of peers) {
    const sum = byOp.get(op) ?? { nodes: 0, ns: 0 };
    byOp.set(op, { nodes: sum.nodes + 1, ns: sum.ns + ns });
  }
  return {
    totalNs,
    operators: [...byOp]
      .map(([op, { nodes, ns }]) => ({ op, nodes, ns, share: share(ns) }))
      .sort((a, b) => b.ns - a.ns),
    nodes: peers
      .map(({ op, ns, nodes }) => ({ op, names: nodes.map((at) => names[at] as string), ns, share: share(ns) }))
      .sort((a, b) => b.ns - a.ns),
  };
}
