import type { Graph, Node } from "../ir/index.ts";
import { reads } from "../ir/index.ts";
import { mergeGroups } from "./merge-groups.ts";
import type { NodeLinks } from "./region-levels.ts";
import { earliestLevels, latestLevels } from "./region-levels.ts";

/** What may become regions, and what may not. */
export interface FoundRegions {
  /** Convex sets of accepted nodes, each in the graph's order, largest first. Each stays convex when others are outlined. */
  readonly regions: readonly (readonly Node[])[];
  /** Nodes that were not accepted, in the graph's order, with the reasons. */
  readonly left: readonly { readonly node: Node; readonly reason: string }[];
}

/**
 * Groups the nodes of a graph that `refuse` has nothing against into connected convex sets, as large as a greedy search
 * makes them; to find the largest is NP-hard. Every accepted node is in one set. Takes time linear in the graph's size,
 * and a bounded time more for joining sets.
 */
export function findRegions(graph: Graph, refuse: (node: Node) => string | undefined): FoundRegions {
  const nodes = [...graph.nodes()];
  const reasons = nodes.map(refuse);
  const links = linksOf(nodes, reasons);
  const earliest = earliestLevels(links);
  const candidates = [earliest, latestLevels(links, earliest)].map((levels) => grouped(links, levels));
  const best = candidates.reduce((a, b) => (areLarger(b, a) ? b : a));
  return {
    regions: best.map((group) => group.map((index) => nodes[index] as Node)),
    left: nodes.flatMap((node, index) => {
      const reason = reasons[index];
      return reason === undefined ? [] : [{ node, reason }];
    }),
  };
}

function linksOf(nodes: readonly Node[], reasons: readonly (string | undefined)[]): NodeLinks {
  const positions = new Map(nodes.map((node, index) => [node, index]));
  const after = nodes.map((): number[] => []);
  const before = nodes.map((node, index) => {
    const found = new Set<number>();
    for (const { producer } of reads(node)) {
      const position = producer === undefined ? undefined : positions.get(producer);
      if (position !== undefined) found.add(position);
    }
    for (const position of found) after[position]?.push(index);
    return [...found];
  });
  return { count: nodes.length, before, after, accepted: reasons.map((reason) => reason === undefined) };
}

/** The sets of accepted nodes, largest first, those of equal size by their first node. */
function grouped(links: NodeLinks, levels: Int32Array): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  for (const [node, root] of mergeGroups(links, levels).entries()) {
    if (links.accepted[node] !== true) continue;
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number));
}

/** Compares the largest sets, then the second largest, and so on. */
function areLarger(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean {
  for (const [i, group] of a.entries()) {
    const other = b[i]?.length ?? 0;
    if (group.length !== other) return group.length > other;
  }
  return false;
}
