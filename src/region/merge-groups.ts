import { GroupOrder } from "./group-order.ts";
import type { NodeLinks } from "./region-levels.ts";

/**
 * Groups of accepted nodes: first connected ones of one level, then groups of which one reads from the other, the
 * largest together first, as long as no other way leads from the one to the other. Returns a representative by node.
 */
export function mergeGroups(links: NodeLinks, levels: Int32Array): Int32Array {
  const groups = new GroupOrder(links, levels);
  for (let merged = true; merged;) {
    merged = false;
    for (const [from, to] of openEdges(links, groups)) if (groups.merge(from, to)) merged = true;
  }
  return Int32Array.from({ length: links.count }, (_, node) => groups.find(node));
}

/** One edge for each pair of groups of accepted nodes, those that together are largest first. */
function openEdges(
  { count, before, accepted }: NodeLinks,
  groups: GroupOrder,
): readonly (readonly [from: number, to: number])[] {
  const edges = new Map<number, { readonly edge: readonly [number, number]; readonly size: number }>();
  for (let to = 0; to < count; to++) {
    if (accepted[to] !== true) continue;
    for (const from of before[to] as number[]) {
      const [a, b] = [groups.find(from), groups.find(to)];
      const key = a * count + b;
      if (accepted[from] !== true || a === b || edges.has(key)) continue;
      edges.set(key, { edge: [from, to], size: groups.sizeOf(a) + groups.sizeOf(b) });
    }
  }
  return [...edges.values()].sort((a, b) => b.size - a.size).map(({ edge }) => edge);
}
