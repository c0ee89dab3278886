import type { BatchingPolicy } from "./batcher.ts";
import { createBatcher } from "./batcher.ts";

/** What runs batches and tells the time: child processes and their clock, or a simulation. Nanoseconds from the start. */
export interface LoadMachine {
  readonly instances: number;
  now(): number;
  /** Starts a batch of `size`; `done` is called once, when it has ended, and never before this call returns. */
  start(instance: number, size: number, done: () => void): void;
  /** Resolves at `untilNs`, or sooner when a batch ends; only when one ends where there is no time. */
  wait(untilNs: number | undefined): Promise<void>;
}

/** What happened to a load. */
export interface LoadRecord {
  /** From planned arrival to the end of its batch, of each request that counts. */
  readonly latenciesNs: readonly number[];
  /** From planned arrival to the start of its batch. */
  readonly queueingNs: readonly number[];
  /** Requests in each batch that began with one that counts. */
  readonly batchSizes: readonly number[];
  /** How much after its plan each arrival was noticed: what the generator adds itself. */
  readonly lateNs: readonly number[];
  /** Requests that had not ended when the run was given up; their age then is among the latencies. */
  readonly unfinished: number;
  /** When the last request ended. */
  readonly endNs: number;
}

/** What a load is run with. */
export interface LoadPlan {
  readonly batching: BatchingPolicy;
  /** Planned arrivals, ascending. */
  readonly arrivals: readonly number[];
  /** Requests planned before this moment run and do not count. */
  readonly warmUpNs: number;
  /** The run is given up at this moment, however many requests wait. */
  readonly giveUpNs: number;
}

/**
 * Plays an open-loop load: requests arrive when planned, whatever the machine does, and latency counts from the plan. So
 * requests that a stall keeps back are counted with all of their waiting (no coordinated omission).
 */
export async function runLoad(
  { batching, arrivals, warmUpNs, giveUpNs }: LoadPlan,
  machine: LoadMachine,
  signal: AbortSignal,
): Promise<LoadRecord> {
  const batcher = createBatcher(batching, machine.instances);
  const record = {
    latenciesNs: [] as number[],
    queueingNs: [] as number[],
    batchSizes: [] as number[],
    lateNs: [] as number[],
  };
  const running = new Set<readonly number[]>();
  const waiting = new Set<number>();
  let planned = 0;
  let endNs = 0;
  const count = (requests: readonly number[], nowNs: number, into: number[]): void => {
    for (const arrival of requests) if (arrival >= warmUpNs) into.push(nowNs - arrival);
  };
  for (;;) {
    signal.throwIfAborted();
    const now = machine.now();
    for (let next = arrivals[planned]; next !== undefined && next <= now; next = arrivals[++planned]) {
      batcher.arrive(next);
      waiting.add(next);
      count([next], now, record.lateNs);
    }
    for (let batch = batcher.next(now); batch !== undefined; batch = batcher.next(now)) {
      const { instance, arrivals: requests } = batch;
      count(requests, now, record.queueingNs);
      if ((requests[0] as number) >= warmUpNs) record.batchSizes.push(requests.length);
      for (const request of requests) waiting.delete(request);
      running.add(requests);
      machine.start(instance, requests.length, () => {
        endNs = machine.now();
        count(requests, endNs, record.latenciesNs);
        running.delete(requests);
        batcher.finish(instance);
      });
    }
    const next = arrivals[planned];
    if (next === undefined && batcher.waiting === 0 && batcher.running === 0) break;
    if (now >= giveUpNs) break;
    const wake = Math.min(next ?? Infinity, batcher.wakeNs ?? Infinity, giveUpNs);
    await machine.wait(Number.isFinite(wake) ? wake : undefined);
  }
  const left = [...waiting, ...[...running].flat(), ...arrivals.slice(planned)].filter(
    (arrival) => arrival >= warmUpNs,
  );
  const now = machine.now();
  count(
    left.filter((arrival) => arrival <= now),
    now,
    record.latenciesNs,
  );
  return { ...record, unfinished: left.length, endNs };
}
