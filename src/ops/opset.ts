import type { Graph, Model } from "../ir/index.ts";

/** The domain under which opset imports and schemas keep an operator: the empty string for `ai.onnx`. */
export function canonicalDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

function importedVersion(opsets: ReadonlyMap<string, number>, domain: string): number | undefined {
  const key = canonicalDomain(domain);
  return opsets.get(key) ?? (key === "" ? opsets.get("ai.onnx") : undefined);
}

/** The version of a domain that the model imports; undefined when it imports none. */
export function opsetOf(model: Model, domain = ""): number | undefined {
  return importedVersion(model.opsets, domain);
}

/** The version of a domain in force inside a graph: that of the model, or of the function whose body it belongs to. */
export function effectiveOpset(model: Model, graph: Graph, domain = ""): number | undefined {
  let root = graph;
  while (root.parent !== undefined) root = root.parent;
  if (root === model.graph) return opsetOf(model, domain);
  for (const fn of model.functions.values())
    if (fn.body === root) return importedVersion(fn.opsets, domain) ?? opsetOf(model, domain);
  return opsetOf(model, domain);
}
