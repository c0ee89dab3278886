import { InferOptError } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { NodeChild } from "../../exec/index.ts";
import { startNodeChild } from "../../exec/index.ts";
import type { ChildMessage } from "./serve.ts";

/** A child process that answers requests; it starts on the first one, and again after a crash. */
export interface ChildClient<Request extends { readonly op: string }, Answers extends Record<Request["op"], unknown>> {
  /** True while a process runs that has not been told to end. */
  readonly isRunning: boolean;
  /** Throws IO0704 when the process ends, IO0705 when it does not answer in time, and what the request itself fails with. */
  request<Op extends Request["op"]>(
    request: Extract<Request, { op: Op }>,
    onRound?: (round: number, rounds: number) => void,
  ): Promise<Answers[Op]>;
  /** Ends the process for good; open and later requests fail. */
  stop(): void;
}

/** What a child runs and how long it may take. */
export interface ChildSetup<Request> {
  readonly script: string;
  readonly args: readonly string[];
  secondsFor(request: Request): number;
  /** The request in words, for a time-out's message. */
  describe(request: Request): string;
}

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onRound: ((round: number, rounds: number) => void) | undefined;
  readonly timer: NodeJS.Timeout;
}

/** Makes the client of a child that {@link serveRequests}. */
export function startChildClient<
  Request extends { readonly op: string },
  Answers extends Record<Request["op"], unknown>,
>(setup: ChildSetup<Request>): ChildClient<Request, Answers> {
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
    const started = await startNodeChild(setup.script, { args: setup.args });
    if (isStopped) {
      started.kill();
      throw stopped();
    }
    child = started;
    started.onMessage((raw) => {
      const message = raw as ChildMessage<never>;
      if (message.kind === "round") {
        pending.get(message.id)?.onRound?.(message.round, message.rounds);
        return;
      }
      const entry = settle(message.id);
      if (message.kind === "answer") entry?.resolve(message.answer);
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

  return {
    get isRunning() {
      return child !== undefined;
    },
    request: async (request, onRound) => {
      if (isStopped) throw stopped();
      const running = child ?? (await (starting ??= start()));
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const seconds = setup.secondsFor(request);
        const timer = setTimeout(() => {
          running.kill();
          drop(new InferOptError(runtimeDiagnostics.workerTimeout({ what: setup.describe(request), seconds })));
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
