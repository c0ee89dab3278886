import type { KernelParameters } from "../../src/codegen/index.ts";
import type { Model, Node, Value } from "../../src/ir/index.ts";
import { borderOf, findRegions } from "../../src/region/index.ts";
import type { DeviceFingerprint, Workload } from "../../src/schedule/index.ts";
import type { IntegerGraph, LoweredRegion } from "./lower/index.ts";
import type { FloatStorage } from "./float-workload.ts";
import { inputsOf, outputOf } from "./lower/integer-graph.ts";
import { coveredNodes, LoweringRefusal, lowerNodes, matchIntegerGraph } from "./lower/index.ts";
import { hasBf16 } from "./templates/bytes/simd.ts";
import { multiplications, workloadText } from "./tuning-tasks.ts";

/** A set of nodes and the steps that compute the same. */
export interface PlannedRegion {
  readonly nodes: ReadonlySet<Node>;
  readonly lowered: LoweredRegion;
  /** The same with all products in float32, where `lowered` has some in bfloat16: for CPUs that do not multiply it. */
  readonly single?: LoweredRegion;
}

/** What of a region a device computes. */
export function loweredFor({ lowered, single }: PlannedRegion, device: DeviceFingerprint): LoweredRegion {
  return single === undefined || hasBf16(device) ? lowered : single;
}

/** The regions of a model, largest first, and why other nodes are in none. */
export interface RegionPlan {
  readonly regions: readonly PlannedRegion[];
  readonly refusals: readonly { readonly node: Node; readonly reason: string }[];
}

/** Below this many multiply-accumulates a region saves less than the call of it costs. */
const LEAST_WORK = 20_000;

/** Whether kernels compute a workload with the parameters of the place it is used in. */
export type CanCompute = (workload: Workload, parameters: KernelParameters) => boolean;

/**
 * Finds what of a model, its types inferred, can run as programs, where `canCompute` tells of which workloads there are
 * kernels, and `products` what float32 products are computed in. Nodes in `excluded` stay plain, for the reason given. The
 * model is not changed.
 */
export function planRegions(
  model: Model,
  canCompute: CanCompute,
  products: FloatStorage = "f32",
  excluded: ReadonlyMap<Node, string> = new Map(),
): RegionPlan {
  const matched = matchIntegerGraph(model.graph, model.opsets.get("") ?? 0);
  let graph = excluded.size === 0 ? matched : without(matched, new Set(excluded.keys()));
  const refusals: { node: Node; reason: string }[] = [
    ...matched.refusals,
    ...[...excluded].map(([node, reason]) => ({ node, reason })),
  ];
  for (;;) {
    const { regions, refused } = tryPlan(model, graph, canCompute, products);
    if (refused.length === 0) return { regions, refusals };
    refusals.push(...refused.map(({ nodes, reason }) => ({ node: nodes.at(-1) as Node, reason })));
    const rest = without(graph, new Set(refused.flatMap(({ nodes }) => nodes)));
    // What cannot be taken out alone goes with its region: each turn leaves fewer ops, so there is a last one.
    const smaller =
      rest.ops.length < graph.ops.length ? rest : without(graph, new Set(refused.flatMap(({ region }) => region)));
    if (smaller.ops.length === graph.ops.length) throw new Error(`planning does not end: ${refused[0]?.reason}`);
    graph = smaller;
  }
}

interface Refused {
  /** The nodes that stand in the way, and all of the region. */
  readonly nodes: readonly Node[];
  readonly region: readonly Node[];
  readonly reason: string;
}

function tryPlan(
  model: Model,
  graph: IntegerGraph,
  canCompute: CanCompute,
  products: FloatStorage,
): { readonly regions: readonly PlannedRegion[]; readonly refused: readonly Refused[] } {
  const covered = coveredNodes(graph);
  const found = findRegions(model.graph, (node) => (covered.has(node) ? undefined : "no kernel covers it"));
  const regions: PlannedRegion[] = [];
  const refused: Refused[] = [];
  for (const region of found.regions) {
    const lowered = tryLower(model, graph, new Set(region), canCompute, products);
    if ("refused" in lowered) {
      refused.push({ ...lowered.refused, region });
      continue;
    }
    const work = lowered.lowered.steps.reduce((sum, { workload }) => sum + multiplications(workload), 0);
    if (work >= LEAST_WORK) regions.push({ nodes: new Set(region), ...lowered });
  }
  return { regions, refused };
}

function tryLower(
  model: Model,
  graph: IntegerGraph,
  nodes: ReadonlySet<Node>,
  canCompute: CanCompute,
  products: FloatStorage,
): Omit<PlannedRegion, "nodes"> | { readonly refused: Omit<Refused, "region"> } {
  try {
    const lowered = lowerNodes(model.graph, graph, nodes, products);
    const missing = lowered.steps.find(({ workload, parameters }) => !canCompute(workload, parameters));
    if (missing !== undefined) {
      const reason = `no kernel for ${workloadText(missing.workload)}`;
      return { refused: { nodes: missing.nodes.length > 0 ? missing.nodes : [...nodes], reason } };
    }
    const { activations, outputs } = borderOf(model.graph, nodes);
    const stray = lowered.inputs.find((value) => !activations.includes(value));
    if (stray !== undefined) {
      const reason = `"${stray.name}" is dequantized in another region`;
      return { refused: { nodes: readersOf(stray, graph, nodes), reason } };
    }
    const lost = outputs.find((value) => !lowered.outputs.includes(value));
    if (lost?.producer === undefined)
      return products === "f32" ? { lowered } : { lowered, single: lowerNodes(model.graph, graph, nodes, "f32") };
    return {
      refused: { nodes: [lost.producer], reason: `"${lost.name}" is read outside and has no place of its own` },
    };
  } catch (error) {
    if (!(error instanceof LoweringRefusal)) throw error;
    const { op, message } = error;
    // Where a result cannot leave the region, the op that makes it stays out.
    const refused = op.kind === "exit" ? graph.ops.find((other) => outputOf(other) === op.x) : op;
    return {
      refused: {
        nodes: refused === undefined || refused.nodes.length === 0 ? [...nodes] : refused.nodes,
        reason: message,
      },
    };
  }
}

/** Nodes of the ops in a region that read a value. */
function readersOf(value: Value, { ops, tensors }: IntegerGraph, region: ReadonlySet<Node>): readonly Node[] {
  const tensor = tensors.get(value);
  const readers = ops.filter(
    (op) => op.nodes.every((node) => region.has(node)) && inputsOf(op).some((input) => input === tensor),
  );
  return readers.length === 0 ? [...region] : readers.flatMap((op) => op.nodes);
}

/** The graph without the ops that stand for any of the nodes; dequantizers, which ops share, count for none. */
function without(graph: IntegerGraph, nodes: ReadonlySet<Node>): IntegerGraph {
  const own = [...nodes].filter(({ opType }) => opType !== "DequantizeLinear");
  const gone = new Set(own.length === 0 ? nodes : own);
  return { ...graph, ops: graph.ops.filter((op) => !op.nodes.some((node) => gone.has(node))) };
}
