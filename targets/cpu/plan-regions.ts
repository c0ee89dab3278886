import type { Model, Node } from "../../src/ir/index.ts";
import { findRegions } from "../../src/region/index.ts";
import type { DeviceFingerprint } from "../../src/schedule/index.ts";
import type { IntegerGraph, LoweredRegion } from "./lower/index.ts";
import { coveredNodes, LoweringRefusal, lowerNodes, matchIntegerGraph } from "./lower/index.ts";
import { templatesFor } from "./select.ts";
import { multiplications } from "./tuning-tasks.ts";

/** A set of nodes and the steps that compute the same. */
export interface PlannedRegion {
  readonly nodes: ReadonlySet<Node>;
  readonly lowered: LoweredRegion;
}

/** The regions of a model, largest first, and why other nodes are in none. */
export interface RegionPlan {
  readonly regions: readonly PlannedRegion[];
  readonly refusals: readonly { readonly node: Node; readonly reason: string }[];
}

/** Below this many multiply-accumulates a region saves less than the call of it costs. */
const LEAST_WORK = 20_000;

/** Finds what of a model, its types inferred, can run as programs on the device. The model is not changed. */
export function planRegions(model: Model, device: DeviceFingerprint): RegionPlan {
  let graph = matchIntegerGraph(model.graph, model.opsets.get("") ?? 0);
  const refusals: { node: Node; reason: string }[] = [...graph.refusals];
  for (;;) {
    const attempt = tryPlan(model, graph, device);
    if ("regions" in attempt) return { regions: attempt.regions, refusals };
    const { nodes, reason } = attempt.refused;
    refusals.push({ node: nodes.at(-1) as Node, reason });
    graph = without(graph, new Set(nodes));
  }
}

interface Refused {
  readonly nodes: readonly Node[];
  readonly reason: string;
}

function tryPlan(
  model: Model,
  graph: IntegerGraph,
  device: DeviceFingerprint,
): { readonly regions: readonly PlannedRegion[] } | { readonly refused: Refused } {
  const covered = coveredNodes(graph);
  const regions: PlannedRegion[] = [];
  for (const nodes of findRegions(model.graph, (node) => covered.has(node))) {
    try {
      const lowered = lowerNodes(model.graph, graph, nodes);
      const work = lowered.steps.reduce((sum, { workload }) => sum + multiplications(workload), 0);
      if (work < LEAST_WORK) continue;
      const missing = lowered.steps.find(({ workload }) => templatesFor(workload, device).length === 0);
      if (missing !== undefined)
        return {
          refused: {
            nodes: missing.nodes.length > 0 ? missing.nodes : [...nodes],
            reason: `no template for ${missing.workload.op}`,
          },
        };
      regions.push({ nodes, lowered });
    } catch (error) {
      if (!(error instanceof LoweringRefusal) || error.op.nodes.length === 0) throw error;
      return { refused: { nodes: error.op.nodes, reason: error.message } };
    }
  }
  return { regions };
}

/** The graph without the ops that stand for any of the nodes; dequantizers, which ops share, count for none. */
function without(graph: IntegerGraph, nodes: ReadonlySet<Node>): IntegerGraph {
  const own = [...nodes].filter(({ opType }) => opType !== "DequantizeLinear");
  const gone = new Set(own.length === 0 ? nodes : own);
  return { ...graph, ops: graph.ops.filter((op) => !op.nodes.some((node) => gone.has(node))) };
}
