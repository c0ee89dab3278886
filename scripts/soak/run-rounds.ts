import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Outputs } from "./feeds.ts";

/** What a worker does and compares with. */
export interface SoakTask {
  readonly model: Uint8Array;
  /** The outputs for each of the inputs. */
  readonly expected: readonly Outputs[];
}

/** What workers did. */
export interface SoakResult {
  readonly sessions: number;
  readonly runs: number;
  readonly failures: readonly string[];
}

/** A thread lives this long and is replaced, so that sessions end in other threads than others began in. */
const lifeMs = 10_000;

/** Keeps `threads` workers at work until the time is over or something failed. */
export async function runWorkers(threads: number, task: SoakTask, ms: number): Promise<SoakResult> {
  const end = Date.now() + ms;
  const total = { sessions: 0, runs: 0, failures: [] as string[] };
  const keepGoing = async (lane: number): Promise<void> => {
    while (Date.now() < end && total.failures.length === 0) {
      const result = await runWorker(lane, task, Math.min(lifeMs, end - Date.now()));
      total.sessions += result.sessions;
      total.runs += result.runs;
      total.failures.push(...result.failures);
    }
  };
  await Promise.all(Array.from({ length: threads }, (_, lane) => keepGoing(lane)));
  return total;
}

async function runWorker(lane: number, task: SoakTask, ms: number): Promise<SoakResult> {
  const worker = new Worker(new URL("worker.js", import.meta.url), {
    workerData: { lane, ms, ...task },
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
  });
  // Listened to from the start: the end may come in the same turn of the event loop as the message.
  const ended = once(worker, "exit");
  let result: SoakResult | undefined;
  worker.on("message", (message: SoakResult) => {
    result = message;
  });
  try {
    const [code] = (await ended) as [number];
    return result ?? { sessions: 0, runs: 0, failures: [`a thread ended with code ${code} and no result`] };
  } catch (error) {
    return { sessions: 0, runs: 0, failures: [error instanceof Error ? error.message : String(error)] };
  }
}
