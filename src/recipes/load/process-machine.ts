import { setImmediate as nextTurn } from "node:timers/promises";
import type { LoadMachine } from "../../measure/index.ts";
import { systemClock } from "../../measure/index.ts";
import type { ModelInstance } from "../../runtime/index.ts";

/** Timers of Node are exact to about a millisecond: nearer moments are waited for in naps. */
const TIMER_NS = 2e6;

/** Length of a nap in milliseconds: what an arrival or an end is noticed late by at most. */
const NAP_MS = 0.1;

/** A machine under load made of processes, and whether it is idle. Waiting throws what a batch failed with. */
export interface ProcessMachine extends LoadMachine {
  /** Batches that run. */
  readonly running: number;
}

/** Runs batches in processes. Time starts now. */
export function processMachine(instances: readonly ModelInstance[]): ProcessMachine {
  const start = systemClock.now();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const failures: unknown[] = [];
  let wake: (() => void) | undefined;
  let started = 0;
  let ended = 0;
  const now = (): number => systemClock.now() - start;
  const notice = (): void => {
    ended++;
    wake?.();
  };
  const sleep = (ms: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => wake?.(), ms);
      wake = () => {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      };
    });
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  return {
    instances: instances.length,
    now,
    get running() {
      return started - ended;
    },
    start: (instance, size, done) => {
      started++;
      (instances[instance] as ModelInstance).request({ op: "batch", size }).then(
        () => {
          done();
          notice();
        },
        (error: unknown) => {
          failures.push(error);
          notice();
        },
      );
    },
    wait: async (untilNs) => {
      const before = ended;
      while (ended === before) {
        check();
        const left = untilNs === undefined ? Infinity : untilNs - now();
        if (left <= 0) break;
        if (left > TIMER_NS) await sleep(left === Infinity ? undefined : (left - TIMER_NS) / 1e6);
        else {
          Atomics.wait(cell, 0, 0, Math.min(NAP_MS, left / 1e6));
          await nextTurn();
        }
      }
      check();
    },
  };
}
