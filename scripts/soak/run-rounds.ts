import { Worker } from "node:worker_threads";
import type { Outputs } from "./feeds.ts";
import type { MemorySample } from "./memory.ts";
import { sampleMemory } from "./memory.ts";

/** What a worker does and compares with. */
export interface SoakTask {
  readonly model: Uint8Array;
  /** The outputs for each of the inputs. */
  readonly expected: readonly Outputs[];
  /** Bytes that are leaked with each session, to see that this is noticed. */
  readonly leak: number;
}

/** Tells a worker to work for so long; 0: to end. */
export interface RoundOrder {
  readonly ms: number;
}

/** What workers did. */
export interface SoakResult {
  readonly sessions: number;
  readonly runs: number;
  readonly failures: readonly string[];
}

/** Sessions come and go for so long; between two rounds there is none, and memory is sampled. */
const roundMs = 5000;

/**
 * Rounds of `threads` workers until the time is over or something failed, with the memory after each. The threads stay:
 * the FFI keeps memory for each thread that has ever used it (docs/runtime.md).
 */
export async function runRounds(
  threads: number,
  task: SoakTask,
  ms: number,
): Promise<SoakResult & { readonly memory: readonly MemorySample[] }> {
  const end = Date.now() + ms;
  const memory: MemorySample[] = [];
  const failures: string[] = [];
  let [sessions, runs] = [0, 0];
  const workers = Array.from({ length: threads }, (_, lane) => startWorker(lane, task));
  try {
    while (Date.now() < end && failures.length === 0) {
      const life = Math.max(1, Math.min(roundMs, end - Date.now()));
      const results = await Promise.all(workers.map(async (worker) => runRound(worker, life)));
      for (const result of results) {
        sessions += result.sessions;
        runs += result.runs;
        failures.push(...result.failures);
      }
      memory.push(sampleMemory(sessions));
    }
  } finally {
    for (const worker of workers) worker.postMessage({ ms: 0 } satisfies RoundOrder, []);
  }
  return { sessions, runs, failures, memory };
}

function startWorker(lane: number, task: SoakTask): Worker {
  return new Worker(new URL("worker.js", import.meta.url), {
    workerData: { lane, ...task },
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
  });
}

/** A round of one worker; that it ended instead is a failure. */
async function runRound(worker: Worker, ms: number): Promise<SoakResult> {
  return new Promise((resolve) => {
    const finish = (result: SoakResult): void => {
      // By name: it listens to itself, too.
      for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
      resolve(result);
    };
    const fail = (text: string): void => finish({ sessions: 0, runs: 0, failures: [text] });
    worker.once("message", finish);
    worker.once("error", (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.once("exit", (code) => fail(`a thread ended with code ${code} and no result`));
    worker.postMessage({ ms } satisfies RoundOrder, []);
  });
}
