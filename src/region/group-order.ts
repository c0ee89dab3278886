import type { NodeLinks } from "./region-levels.ts";

/** Bounds the search for other ways between groups and the moving of groups: steps from node to node or place to place. */
const MOST_STEPS = 3_000_000;

/**
 * Disjoint groups of nodes (Tarjan 1975) in an order in which none depends on a later one. At first the connected
 * accepted nodes of a level are a group, and every rejected node is one of its own.
 */
export class GroupOrder {
  readonly #links: NodeLinks;
  readonly #parent: Int32Array;
  readonly #members: number[][];
  /** Groups by place, -1 where none is left, and the place of each group. */
  readonly #order: Int32Array;
  readonly #place: Int32Array;
  /** The number of the last search that came to a group. */
  readonly #seen: Int32Array;
  #searches = 0;
  #stepsLeft = MOST_STEPS;

  constructor(links: NodeLinks, levels: Int32Array) {
    const { count, before, accepted } = links;
    this.#links = links;
    this.#parent = Int32Array.from({ length: count }, (_, node) => node);
    this.#members = Array.from({ length: count }, (_, node) => [node]);
    this.#seen = new Int32Array(count);
    for (let node = 0; node < count; node++)
      for (const other of before[node] as number[])
        if (accepted[node] === true && accepted[other] === true && levels[node] === levels[other])
          this.#unite(other, node);
    // A rejected node depends on accepted ones of its level at most, an accepted one on rejected ones below.
    const rank = (group: number): number => 2 * (levels[group] as number) + (accepted[group] === true ? 0 : 1);
    const roots = Array.from(this.#parent.keys()).filter((node) => this.find(node) === node);
    this.#order = Int32Array.from(roots.sort((a, b) => rank(a) - rank(b) || a - b));
    this.#place = new Int32Array(count);
    this.#order.forEach((group, place) => (this.#place[group] = place));
  }
  /** The group of a node, as one of its members. */
  find(node: number): number {
    const parent = this.#parent;
    let root = node;
    while (parent[root] !== root) root = parent[root] as number;
    for (let at = node; at !== root;) {
      const next = parent[at] as number;
      parent[at] = root;
      at = next;
    }
    return root;
  }
  sizeOf(group: number): number {
    return (this.#members[group] as number[]).length;
  }
  #unite(a: number, b: number): number {
    const [one, other] = [this.find(a), this.find(b)];
    const [large, small] = this.sizeOf(one) < this.sizeOf(other) ? [other, one] : [one, other];
    if (large === small) return large;
    this.#parent[small] = large;
    for (const node of this.#members[small] as number[]) this.#members[large]?.push(node);
    this.#members[small] = [];
    return large;
  }

  /**
   * Makes the groups of a node and of one that reads from it one group, unless another way leads from the first to the
   * second: then a third would come between. False as well when the steps are used up.
   */
  merge(from: number, to: number): boolean {
    const [a, b] = [this.find(from), this.find(to)];
    if (a === b) return false;
    const [start, end] = [this.#place[a] as number, this.#place[b] as number];
    this.#stepsLeft -= end - start;
    if (this.#stepsLeft <= 0 || this.#hasDetour(a, b, end)) return false;
    const between = this.#order.subarray(start + 1, end).filter((group) => group >= 0);
    const isAfter = (group: number): boolean => this.#seen[group] === this.#searches;
    const moved = [
      ...between.filter((group) => !isAfter(group)),
      this.#unite(a, b),
      ...between.filter((group) => isAfter(group)),
    ];
    for (let place = start; place <= end; place++) {
      const group = moved[place - start] ?? -1;
      this.#order[place] = group;
      if (group >= 0) this.#place[group] = place;
    }
    return true;
  }
  /** Searches from `a` on, marking groups that depend on it, as far as they stand before place `end`, that of `b`. */
  #hasDetour(a: number, b: number, end: number): boolean {
    const search = ++this.#searches;
    const open = [a];
    for (let group = open.pop(); group !== undefined; group = open.pop())
      for (const node of this.#members[group] as number[])
        for (const next of this.#links.after[node] as number[]) {
          this.#stepsLeft--;
          const other = this.find(next);
          if (other === b && group !== a) return true;
          if (other === a || (this.#place[other] as number) >= end || this.#seen[other] === search) continue;
          this.#seen[other] = search;
          open.push(other);
        }
    return false;
  }
}
