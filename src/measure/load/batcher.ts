/** How requests are put into batches, as dynamic batchers of inference servers do. */
export interface BatchingPolicy {
  /** Requests in one batch at most. */
  readonly maxBatch: number;
  /** How long the oldest request waits for others while an instance is free; 0 sends whatever is there. */
  readonly maxWaitNs: number;
}

/** A batch that is to run now. */
export interface Dispatch {
  readonly instance: number;
  /** When its requests arrived, the oldest first. */
  readonly arrivals: readonly number[];
}

/** A queue in front of instances of a model. It knows no clock: all it learns is what it is told. */
export interface Batcher {
  /** Requests that wait. */
  readonly waiting: number;
  /** Instances that run. */
  readonly running: number;
  /** When `next` has something to give although nothing happens until then; undefined when it never will. */
  readonly wakeNs: number | undefined;
  arrive(ns: number): void;
  finish(instance: number): void;
  /** A batch for a free instance: a full one, or what is there once the oldest request has waited long enough. */
  next(nowNs: number): Dispatch | undefined;
}

/** Makes the batcher of so many instances, each of which runs one batch at a time. First come, first served. */
export function createBatcher({ maxBatch, maxWaitNs }: BatchingPolicy, instances: number): Batcher {
  const queue: number[] = [];
  const free = Array.from({ length: instances }, (_, i) => instances - 1 - i);
  let head = 0;
  const waiting = (): number => queue.length - head;
  const take = (count: number): readonly number[] => {
    const taken = queue.slice(head, head + count);
    head += taken.length;
    // What has left is dropped now and then, not one by one: that would take time that grows with the queue.
    if (head > 1024 && head * 2 > queue.length) {
      queue.splice(0, head);
      head = 0;
    }
    return taken;
  };
  return {
    get waiting() {
      return waiting();
    },
    get running() {
      return instances - free.length;
    },
    get wakeNs() {
      const oldest = queue[head];
      return oldest === undefined || free.length === 0 ? undefined : oldest + maxWaitNs;
    },
    arrive: (ns) => void queue.push(ns),
    finish: (instance) => void free.push(instance),
    next: (nowNs) => {
      const oldest = queue[head];
      if (oldest === undefined || free.length === 0) return undefined;
      if (waiting() < maxBatch && nowNs < oldest + maxWaitNs) return undefined;
      return { instance: free.pop() as number, arrivals: take(maxBatch) };
    },
  };
}
