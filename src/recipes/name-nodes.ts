import type { Model } from "../ir/index.ts";

/**
 * Gives every node of the main graph that has no name, or that of one before it, a name of its own, made from its operator:
 * records and reports tell nodes by name. The same graph always gets the same names.
 */
export function nameNodes({ graph }: Model): void {
  const taken = new Set([...graph.nodes()].map(({ name }) => name));
  const seen = new Set<string>();
  for (const node of graph.nodes()) {
    if (node.name === "" || seen.has(node.name)) {
      let number = 0;
      while (taken.has(`${node.opType}_${number}`)) number++;
      node.name = `${node.opType}_${number}`;
      taken.add(node.name);
    }
    seen.add(node.name);
  }
}
