import type { Graph, Tensor, Value } from "../src/ir/index.ts";
import { equalTensors } from "../src/ir/index.ts";
import type { Pass } from "../src/pipeline/pass.ts";

/** Bytes of a tensor that go into its bucket; only tensors that agree on them are compared whole. */
const headBytes = 4096;

/** Tells apart most tensors without reading them whole. */
function bucketOf(tensor: Tensor): string {
  const head =
    tensor.stringBytes === undefined
      ? tensor.read(0, Math.min(headBytes, tensor.byteLength))
      : (tensor.stringBytes[0] ?? new Uint8Array());
  return `${tensor.dtype}[${tensor.shape.join(",")}]${tensor.byteLength}:${fnv1a(head)}`;
}

/** The 32-bit FNV-1a hash. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

type Buckets = ReadonlyMap<string, readonly Value[]>;

/** Points readers of equal constants to the first of them, in this graph or one around it. */
function share(graph: Graph, around: readonly Buckets[]): number {
  const own = new Map<string, Value[]>();
  const visible = [own, ...around];
  let changes = 0;
  for (const constant of graph.constants) {
    const tensor = constant.constant;
    if (tensor === undefined || constant.isInput || constant.isOutput || constant.uses.size === 0) continue;
    const bucket = bucketOf(tensor);
    const first = firstEqual(tensor, bucket, visible);
    if (first === undefined) {
      const list = own.get(bucket);
      if (list === undefined) own.set(bucket, [constant]);
      else list.push(constant);
      continue;
    }
    graph.replaceUses(constant, first);
    graph.removeConstant(constant);
    changes++;
  }
  for (const node of graph.nodes()) for (const [, body] of node.subgraphs()) changes += share(body, visible);
  return changes;
}

function firstEqual(tensor: Tensor, bucket: string, visible: readonly Buckets[]): Value | undefined {
  for (const buckets of visible)
    for (const candidate of buckets.get(bucket) ?? [])
      if (candidate.constant !== undefined && equalTensors(candidate.constant, tensor)) return candidate;
  return undefined;
}

/** Keeps one of each group of equal constants. */
export const shareConstants: Pass<null> = {
  name: "share-constants",
  summary: "keeps one of each group of equal constants",
  stage: "simplify",
  preserves: "bits",
  defaults: null,
  run: (model) => {
    let changes = share(model.graph, []);
    for (const fn of model.functions.values()) changes += share(fn.body, []);
    return { changes };
  },
};
