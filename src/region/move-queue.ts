import type { Move } from "./schedule-state.ts";

interface Entry {
  readonly move: Move;
  readonly age: number;
}

/** Moves by lowest peak, then by most steps run, then latest first: a binary heap. */
export class MoveQueue {
  readonly #heap: Entry[] = [];
  #pushed = 0;

  push(move: Move): void {
    const heap = this.#heap;
    const entry = { move, age: this.#pushed++ };
    let at = heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = heap[(at - 1) >> 1] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
    }
    heap[at] = entry;
  }
  /** Takes the first move out; undefined when there is none. */
  pop(): Move | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return last?.move;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
    return first?.move;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.move.peak !== b.move.peak) return a.move.peak < b.move.peak;
  const deeper = a.move.state.count - b.move.state.count;
  return deeper === 0 ? a.age > b.age : deeper > 0;
}
