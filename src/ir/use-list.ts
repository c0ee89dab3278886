import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";

/** Links of a use in the list of its value. */
interface Links {
  /** @internal the list it stands in; undefined once it is dropped */
  list: UseList | undefined;
  /** @internal */
  previous: Use | undefined;
  /** @internal kept when it is dropped, so that a walk under way finds on */
  next: Use | undefined;
}

/** One reading of a value: input `index` of `node`, or output `index` of `graph`. */
export type Use = Links &
  (
    | { readonly kind: "node"; readonly node: Node; readonly index: number }
    | { readonly kind: "output"; readonly graph: Graph; readonly index: number }
  );

/** A reading of a value by a node; it stands in no list yet. */
export function nodeUse(node: Node, index: number): Use {
  return { kind: "node", node, index, list: undefined, previous: undefined, next: undefined };
}

/** A reading of a value as an output of a graph; it stands in no list yet. */
export function outputUse(graph: Graph, index: number): Use {
  return { kind: "output", graph, index, list: undefined, previous: undefined, next: undefined };
}

/** The readers of a value, in the order they were added. */
export interface Uses extends Iterable<Use> {
  readonly size: number;
  has(use: Use): boolean;
}

/**
 * The readers of a value as a linked list: most values have one reader, for which a Set takes several times the memory,
 * and a model has as many lists as values. A use is dropped for good: it never enters a second list.
 */
export class UseList implements Uses {
  #first: Use | undefined;
  #last: Use | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }
  has(use: Use): boolean {
    return use.list === this;
  }
  /** Safe while uses are dropped; one added meanwhile may be left out. */
  [Symbol.iterator](): Iterator<Use, undefined> {
    return new UseWalk(this, this.#first);
  }
  add(use: Use): void {
    if (use.list !== undefined || use.next !== undefined) throw new Error("a use is added to one list, once");
    use.list = this;
    use.previous = this.#last;
    if (this.#last === undefined) this.#first = use;
    else this.#last.next = use;
    this.#last = use;
    this.#size++;
  }
  delete(use: Use): void {
    if (use.list !== this) return;
    const { previous, next } = use;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    use.list = undefined;
    use.previous = undefined;
    this.#size--;
  }
}

class UseWalk implements Iterator<Use, undefined> {
  readonly #list: UseList;
  #upcoming: Use | undefined;
  #current: Use | undefined;

  constructor(list: UseList, first: Use | undefined) {
    this.#list = list;
    this.#upcoming = first;
  }
  next(): IteratorResult<Use, undefined> {
    let use = this.#current === undefined ? this.#upcoming : this.#current.next;
    while (use !== undefined && use.list !== this.#list) use = use.next;
    this.#upcoming = undefined;
    this.#current = use;
    return use === undefined ? { done: true, value: undefined } : { done: false, value: use };
  }
}
