import type { OnRound } from "./child-client.ts";
import { startChildClient } from "./child-client.ts";
import type { WorkerAnswers, WorkerRequest } from "./protocol.ts";
import { scriptPath } from "./script-path.ts";

/** Limits on the measuring process. */
export interface WorkerLimits {
  /** Longest time to load one model. */
  readonly openSeconds: number;
  /** Longest time for one run. */
  readonly runSeconds: number;
  /** Longest time for one race. */
  readonly raceSeconds: number;
}

/** Limits that fit models of up to a few seconds an inference. */
export const defaultWorkerLimits: WorkerLimits = { openSeconds: 120, runSeconds: 120, raceSeconds: 900 };

/** Conditions of the measuring process. */
export interface WorkerSetup {
  readonly limits?: WorkerLimits;
  /** Folder that the process removes when this one dies without having done so. */
  readonly scratch?: string;
}

/** The measuring process as the compiler sees it. It starts on the first request, and again after a crash. */
export interface Worker {
  /** Throws IO0704 when the process ends, IO0705 when it does not answer in time, and what the request itself fails with. */
  request<Op extends WorkerRequest["op"]>(
    request: Extract<WorkerRequest, { op: Op }>,
    onRound?: OnRound,
  ): Promise<WorkerAnswers[Op]>;
  /** Ends the process for good; open and later requests fail. */
  stop(): void;
}

/** Makes a worker. */
export function startWorker({ limits = defaultWorkerLimits, scratch }: WorkerSetup = {}): Worker {
  const secondsFor = {
    open: limits.openSeconds,
    run: limits.runSeconds,
    repeat: limits.raceSeconds,
    profile: limits.raceSeconds,
    close: limits.runSeconds,
    memory: limits.runSeconds,
    energy: limits.runSeconds,
    power: limits.runSeconds,
    race: limits.raceSeconds,
  };
  const client = startChildClient<WorkerRequest, WorkerAnswers>({
    script: scriptPath("worker", "main"),
    args: scratch === undefined ? [] : [scratch],
    secondsFor: ({ op }) => secondsFor[op],
    describe: ({ op }) => `"${op}" of a model`,
  });
  return {
    // A process that is gone has no session left to close.
    request: async (request, onRound) =>
      request.op === "close" && !client.isRunning ? ({} as never) : client.request(request, onRound),
    stop: () => client.stop(),
  };
}
