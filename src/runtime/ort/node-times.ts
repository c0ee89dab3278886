/** A node of the graph that ONNX Runtime made of a model, and its time. */
export interface NodeTime {
  readonly name: string;
  readonly op: string;
  /** Least nanoseconds over the runs; ONNX Runtime counts whole microseconds. */
  readonly ns: number;
}

/** What is read of an event; all members may be missing. */
interface TraceEvent {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly dur?: unknown;
  readonly args?: { readonly op_name?: unknown };
}

const suffix = "_kernel_time";

/**
 * Reads a profile of ONNX Runtime (events of Chrome's trace format): the least time of each node's kernel. A node that
 * runs several times in one run, in a loop's body, counts once. Throws SyntaxError for what is no JSON.
 */
export function parseNodeTimes(profile: string): readonly NodeTime[] {
  const events: unknown = JSON.parse(profile);
  const nodes = new Map<string, NodeTime>();
  for (const { cat, name, dur, args } of Array.isArray(events) ? (events as readonly TraceEvent[]) : []) {
    if (cat !== "Node" || typeof name !== "string" || typeof dur !== "number" || !name.endsWith(suffix)) continue;
    const own = name.slice(0, -suffix.length);
    const ns = Math.min(dur * 1000, nodes.get(own)?.ns ?? Infinity);
    nodes.set(own, { name: own, op: String(args?.op_name ?? ""), ns });
  }
  return [...nodes.values()];
}
