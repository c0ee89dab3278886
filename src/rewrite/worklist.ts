import type { Node, Value } from "../ir/index.ts";

/**
 * A value with more readers than this is inside no pattern, so losing a reader cannot make it one's inner value; this
 * keeps the work linear where many nodes read one value.
 */
const manyReaders = 8;

/** Nodes to look at, each once until it is touched again: first all in order, then those near a change. */
export class Worklist {
  readonly #queue: Node[] = [];
  readonly #waiting = new Set<Node>();
  readonly #mayBeRoot: (node: Node) => boolean;
  readonly #depth: number;
  #at = 0;

  /**
   * Only nodes that `mayBeRoot` are queued. `depth` is the length of the longest pattern: a change matters to roots at
   * most so many operators further.
   */
  constructor(nodes: Iterable<Node>, mayBeRoot: (node: Node) => boolean, depth: number) {
    this.#mayBeRoot = mayBeRoot;
    this.#depth = depth;
    for (const node of nodes) this.#add(node);
  }
  next(): Node | undefined {
    while (this.#at < this.#queue.length) {
      const node = this.#queue[this.#at++] as Node;
      this.#waiting.delete(node);
      if (node.attached) return node;
    }
    return undefined;
  }
  #add(node: Node): void {
    if (!this.#mayBeRoot(node) || this.#waiting.has(node)) return;
    this.#waiting.add(node);
    this.#queue.push(node);
  }
  /** Queues what a change may have made matchable: new nodes, moved readers, and readers of values with fewer readers. */
  touch(change: {
    readonly made: readonly Node[];
    readonly released: readonly Value[];
    readonly readers: readonly Node[];
  }): void {
    let reached = new Set<Node>([...change.made, ...change.readers]);
    for (const value of change.released) {
      if (value.producer !== undefined) reached.add(value.producer);
      if (value.producer !== undefined && value.uses.size <= manyReaders) addReaders(value, reached);
    }
    for (let step = 0; step <= this.#depth && reached.size > 0; step++) {
      const further = new Set<Node>();
      for (const node of reached) {
        if (this.#waiting.has(node) && step > 0) continue;
        this.#add(node);
        for (const output of node.outputs) if (output !== undefined) addReaders(output, further);
      }
      reached = further;
    }
  }
}

function addReaders(value: Value, into: Set<Node>): void {
  for (const use of value.uses) if (use.kind === "node" && use.node.graph === value.graph) into.add(use.node);
}
