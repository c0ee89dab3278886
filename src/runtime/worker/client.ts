import { fileURLToPath } from "node:url";
import { InferOptError } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { NodeChild } from "../../exec/index.ts";
import { startNodeChild } from "../../exec/index.ts";
import type { AnswerMessage, WorkerAnswers, WorkerRequest } from "./protocol.ts";

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
    onRound?: (round: number, rounds: number) => void,
  ): Promise<WorkerAnswers[Op]>;
  /** Ends the process for good; open and later requests fail. */
  stop(): void;
}

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onRound: ((round: number, rounds: number) => void) | undefined;
  readonly timer: NodeJS.Timeout;
}

/** The worker's script: beside this file once compiled; the compiled one when this file runs from its source. */
function workerScript(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith(".ts")
    ? fileURLToPath(new URL("../../../dist/src/runtime/worker/main.js", import.meta.url))
    : fileURLToPath(new URL("./main.js", import.meta.url));
}

/** Makes a worker. */
export function startWorker({ limits = defaultWorkerLimits, scratch }: WorkerSetup = {}): Worker {
  let child: NodeChild | undefined;
  let starting: Promise<NodeChild> | undefined;
  let isStopped = false;
  let nextId = 1;
  const pending = new Map<number, Pending>();

  const settle = (id: number): Pending | undefined => {
    const entry = pending.get(id);
    if (entry !== undefined) clearTimeout(entry.timer);
    pending.delete(id);
    return entry;
  };
  const drop = (error: unknown): void => {
    child = undefined;
    starting = undefined;
    for (const id of [...pending.keys()]) settle(id)?.reject(error);
  };
  const stopped = (): Error => new Error("the worker was stopped");
  const start = async (): Promise<NodeChild> => {
    const started = await startNodeChild(workerScript(), { args: scratch === undefined ? [] : [scratch] });
    if (isStopped) {
      started.kill();
      throw stopped();
    }
    child = started;
    started.onMessage((raw) => {
      const message = raw as AnswerMessage;
      if (message.kind === "round") {
        pending.get(message.id)?.onRound?.(message.round, message.rounds);
        return;
      }
      const entry = settle(message.id);
      if (message.kind === "answer") entry?.resolve(message.answer as never);
      else
        entry?.reject(
          message.diagnostic === undefined ? new Error(message.stack) : new InferOptError(message.diagnostic),
        );
    });
    void started.exit.then(({ code, signal, stderr }) => {
      if (child !== started) return;
      const last = stderr.trim().split("\n").at(-1) ?? "";
      const cause = signal === undefined ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
      drop(new InferOptError(runtimeDiagnostics.workerCrashed({ detail: last === "" ? cause : `${cause}: ${last}` })));
    });
    return started;
  };
  const secondsFor = {
    open: limits.openSeconds,
    run: limits.runSeconds,
    close: limits.runSeconds,
    race: limits.raceSeconds,
  };

  return {
    request: async (request, onRound) => {
      if (request.op === "close" && child === undefined) return {} as never;
      if (isStopped) throw stopped();
      const running = child ?? (await (starting ??= start()));
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const seconds = secondsFor[request.op];
        const timer = setTimeout(() => {
          running.kill();
          drop(new InferOptError(runtimeDiagnostics.workerTimeout({ what: `"${request.op}" of a model`, seconds })));
        }, seconds * 1000);
        pending.set(id, { resolve: resolve as (answer: never) => void, reject, onRound, timer });
        running.send({ id, request });
      });
    },
    stop: () => {
      const running = child;
      isStopped = true;
      drop(stopped());
      running?.kill();
    },
  };
}
