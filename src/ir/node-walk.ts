import type { Node } from "./node.ts";

/**
 * Walks a list of nodes while it changes; see `Graph.nodes`. An iterator written out, because a generator, which cannot
 * be inlined, takes several times as long for each node.
 */
export class NodeWalk implements IterableIterator<Node> {
  #node: Node | undefined;
  /** The node after it, as it was when the node was given out: the way on when the node is removed. */
  #after: Node | undefined;
  #upcoming: Node | undefined;

  constructor(first: Node | undefined) {
    this.#upcoming = first;
  }
  [Symbol.iterator](): this {
    return this;
  }
  next(): IteratorResult<Node, undefined> {
    const last = this.#node;
    const node = last === undefined ? this.#upcoming : last.attached ? last.next : firstAttached(this.#after);
    this.#upcoming = undefined;
    this.#node = node;
    if (node === undefined) return { done: true, value: undefined };
    this.#after = node.next;
    return { done: false, value: node };
  }
}

/** A removed node keeps its `next` link: follow it to the first node still in the list. */
function firstAttached(node: Node | undefined): Node | undefined {
  let at = node;
  while (at !== undefined && !at.attached) at = at.next;
  return at;
}
