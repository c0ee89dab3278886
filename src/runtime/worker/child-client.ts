import { InferOptError } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { NodeChild } from "../../exec/index.ts";
import { startNodeChild } from "../../exec/index.ts";
import type { AfterRound, ChildMessage } from "./serve.ts";
import type { TimeLimit } from "./time-limit.ts";
import { startTimeLimit } from "./time-limit.ts";

/** Hears of a round that is over. Nothing is timed until what it returns is settled; false asks the child to make this round the last. */
export type OnRound = (round: number, rounds: number) => Promise<boolean> | void;

/** A child process that answers requests; it starts on the first one, and again after a crash. */
export interface ChildClient<Request extends { readonly op: string }, Answers extends Record<Request["op"], unknown>> {
  /** True while a process runs that has not been told to end. */
  readonly isRunning: boolean;
  /** Throws IO0704 when the process ends, IO0705 when it does not answer in time, and what the request itself fails with. */
  request<Op extends Request["op"]>(request: Extract<Request, { op: Op }>, onRound?: OnRound): Promise<Answers[Op]>;
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

type RoundNews = Extract<ChildMessage<never>, { readonly kind: "round" }>;

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onRound: OnRound | undefined;
  readonly limit: TimeLimit;
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
    entry?.limit.hold();
    pending.delete(id);
    return entry;
  };
  const drop = (error: unknown): void => {
    child = undefined;
    starting = undefined;
    for (const id of [...pending.keys()]) settle(id)?.reject(error);
  };
  const afterRound = async (running: NodeChild, { id, round, rounds }: RoundNews): Promise<void> => {
    const entry = pending.get(id);
    entry?.limit.hold();
    try {
      const goesOn = (await entry?.onRound?.(round, rounds)) ?? true;
      if (!pending.has(id)) return;
      entry?.limit.run();
      running.send({ id, goesOn } satisfies AfterRound);
    } catch (error) {
      settle(id)?.reject(error);
    }
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
        void afterRound(started, message);
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
        const limit = startTimeLimit(seconds * 1000, () => {
          running.kill();
          drop(new InferOptError(runtimeDiagnostics.workerTimeout({ what: setup.describe(request), seconds })));
        });
        pending.set(id, { resolve: resolve as (answer: never) => void, reject, onRound, limit });
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
