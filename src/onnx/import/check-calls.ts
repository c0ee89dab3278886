import type { Graph, Model } from "../../ir/index.ts";
import { functionKey } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";

/** Nodes of a model with all calls inlined, as runtimes do on loading: far beyond any real model, short of any memory. */
const MOST_NODES = 50_000_000;

/** What a body calls, and how many nodes of its own it has. */
interface Body {
  readonly calls: Map<string, number>;
  readonly nodes: number;
}

/**
 * Refuses functions that call themselves, directly or through others (IO0127), and calls that multiply beyond all
 * measure when they are inlined (IO0128): everything behind may count on calls coming to an end.
 */
export function checkCalls(graph: Graph, functions: Model["functions"]): void {
  if (functions.size === 0) return;
  const bodies = new Map([...functions].map(([key, fn]) => [key, bodyOf(fn.body, functions)]));
  const callers = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const [key, { calls }] of bodies) {
    waiting.set(key, calls.size);
    for (const called of calls.keys()) {
      const known = callers.get(called);
      if (known === undefined) callers.set(called, [key]);
      else known.push(key);
    }
  }
  const sizes = new Map<string, number>();
  const ready = [...waiting].filter(([, count]) => count === 0).map(([key]) => key);
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    waiting.delete(key);
    sizes.set(key, inlinedSize(bodies.get(key) as Body, sizes));
    for (const caller of callers.get(key) ?? []) {
      const left = (waiting.get(caller) ?? 0) - 1;
      waiting.set(caller, left);
      if (left === 0) ready.push(caller);
    }
  }
  if (waiting.size > 0) fail(onnxDiagnostics.recursiveFunction({ functions: findCycle(bodies, waiting) }));
  const nodes = inlinedSize(bodyOf(graph, functions), sizes);
  if (nodes > MOST_NODES) fail(onnxDiagnostics.tooManyCalls({ nodes, limit: MOST_NODES }));
}

function bodyOf(graph: Graph, functions: Model["functions"]): Body {
  const calls = new Map<string, number>();
  let nodes = 0;
  for (const { domain, opType, overload } of graph.allNodes()) {
    const key = functionKey(domain, opType, overload);
    if (functions.has(key)) calls.set(key, (calls.get(key) ?? 0) + 1);
    else nodes++;
  }
  return { calls, nodes };
}

function inlinedSize({ calls, nodes }: Body, sizes: ReadonlyMap<string, number>): number {
  let size = nodes;
  for (const [called, count] of calls) size += count * (sizes.get(called) ?? 0);
  return size;
}

/** Follows calls among functions that all wait for each other until one comes round again. */
function findCycle(bodies: ReadonlyMap<string, Body>, waiting: ReadonlyMap<string, number>): readonly string[] {
  const path: string[] = [];
  for (let [key] = waiting.keys(); key !== undefined && !path.includes(key);) {
    path.push(key);
    key = [...(bodies.get(key)?.calls.keys() ?? [])].find((called) => waiting.has(called));
  }
  const last = [...(bodies.get(path.at(-1) ?? "")?.calls.keys() ?? [])].find((called) => path.includes(called));
  return path.slice(path.indexOf(last ?? ""));
}
