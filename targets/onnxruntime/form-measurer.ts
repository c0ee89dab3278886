import { InferOptError } from "../../src/diagnostics/index.ts";
import type { RuntimeValue } from "../../src/ir/index.ts";
import type { MeasurePolicy } from "../../src/measure/index.ts";
import type { SessionSettings, Worker } from "../../src/runtime/index.ts";
import { fromWire, toWire } from "../../src/runtime/index.ts";
import type { KernelCase, Measurer, Rejection, TimedBatch, TimingRequest } from "../../src/schedule/index.ts";
import { formCode } from "./form-kernel.ts";

/** A model with the session it is timed in. */
export interface TimedModel {
  /** Its file; removed by {@link TimedModel.release}. */
  readonly file: string;
  readonly settings: Omit<SessionSettings, "threads"> & { readonly threads?: number };
  /** Called once the session holds the model: what was written for it may go. */
  release(): void;
}

/** What the measurer works with. */
export interface FormMeasurerSetup {
  readonly worker: Pick<Worker, "request">;
  readonly feeds: ReadonlyMap<string, RuntimeValue>;
  readonly seed: number;
  /** Makes the model of a candidate by what its kernel lists. Throws InferOptError for one that cannot be made. */
  open(identity: string): Promise<TimedModel>;
  /** What is wrong with a candidate's outputs; undefined when they are right. */
  check(outputs: ReadonlyMap<string, RuntimeValue>): string | undefined;
  /** Conditions of one race; rounds are those asked for. */
  readonly policy?: Partial<MeasurePolicy>;
  /** Sessions that stay open for later races. */
  readonly kept?: number;
}

/** One block a round: long enough that the clock and the switch between models do not count. */
const conditions: MeasurePolicy = {
  warmupMs: 30,
  rounds: 1,
  maxRounds: 1,
  intervalWidth: 0,
  blockMs: 15,
  minIterations: 2,
  dropPerBlock: 1,
  budgetMs: 240_000,
  // The tuner keeps all rounds, and leaves out disturbed ones itself.
  referenceTolerance: Infinity,
};

const processLost = "IO0704";
const timedOut = "IO0705";

/** A measurer that holds sessions of the measuring process. */
export interface FormMeasurer extends Measurer {
  close(): Promise<void>;
}

/**
 * Times whole models in ONNX Runtime, in the measuring process, interleaved with each other and with the reference loop.
 * A model that ends the process or does not answer within the process's limits is a rejection; the sessions that went down
 * with it are opened again.
 */
export function makeFormMeasurer(setup: FormMeasurerSetup): FormMeasurer {
  const { worker, feeds, seed, kept = 4 } = setup;
  const wire = toWire(feeds);
  /** Open sessions by code, thread count and copy; the longest unused first. */
  const sessions = new Map<string, number>();
  let races = 0;

  const close = async (session: number): Promise<void> => void (await worker.request({ op: "close", session }));

  const openSession = async ({ kernel }: KernelCase, threads: number, copy: number): Promise<number> => {
    const key = `${formCode(kernel)} ${threads} ${copy}`;
    const known = sessions.get(key);
    sessions.delete(key);
    if (known !== undefined) {
      sessions.set(key, known);
      return known;
    }
    const { file, settings, release } = await setup.open(kernel.listing());
    try {
      const { session } = await worker.request({ op: "open", model: file, settings: { threads, ...settings } });
      sessions.set(key, session);
      return session;
    } finally {
      release();
    }
  };

  const trim = async (wanted: ReadonlySet<number>): Promise<void> => {
    const idle = [...sessions].filter(([, session]) => !wanted.has(session));
    for (const [key, session] of idle.slice(0, Math.max(0, idle.length - kept))) {
      sessions.delete(key);
      await close(session);
    }
  };

  const attempt = async <T>(signal: AbortSignal, action: () => Promise<T>): Promise<T | Rejection> => {
    signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof InferOptError)) throw error;
      const { code, message } = error.diagnostic;
      if (code === processLost || code === timedOut) sessions.clear();
      return { status: code === timedOut ? "timeout" : "run", detail: message };
    }
  };

  const timeBatch = async (kernels: readonly KernelCase[], { rounds, threads }: TimingRequest): Promise<TimedBatch> => {
    const opened: number[] = [];
    for (const [i, entrant] of kernels.entries()) {
      const copy = kernels.slice(0, i).filter((other) => other.kernel === entrant.kernel).length;
      opened.push(await openSession(entrant, threads, copy));
    }
    await trim(new Set(opened));
    const policy = { ...conditions, ...setup.policy, rounds, maxRounds: rounds };
    const forms = opened.map((session, i) => ({ name: String(i), session, feeds: wire }));
    const result = await worker.request({ op: "race", forms, policy, seed: seed + races++ });
    return {
      rounds: result.rounds.map((round, at) => ({
        ns: round.map((times) => times.reduce((least, ns) => Math.min(least, ns), Infinity)),
        referenceNs: result.referenceNs[at] as number,
      })),
      rejections: kernels.map(() => undefined),
    };
  };

  return {
    verify: async (kernels, threads, signal) => {
      const answers: (Rejection | undefined)[] = [];
      for (const entrant of kernels)
        answers.push(
          await attempt(signal, async (): Promise<Rejection | undefined> => {
            const session = await openSession(entrant, threads, 0);
            const { values } = await worker.request({ op: "run", session, feeds: wire, wanted: undefined });
            const detail = setup.check(fromWire(values));
            return detail === undefined ? undefined : { status: "verify", detail };
          }),
        );
      return answers;
    },
    time: async (kernels, request, signal) => {
      const first = await attempt(signal, () => timeBatch(kernels, request));
      if (!isRejection(first)) return first;
      // One of them ended the race: each alone shows which.
      const rejections: (Rejection | undefined)[] = [];
      for (const kernel of kernels) {
        const alone = await attempt(signal, () => timeBatch([kernel], { ...request, rounds: 1 }));
        rejections.push(isRejection(alone) ? alone : undefined);
      }
      const left = kernels.filter((_, i) => rejections[i] === undefined);
      if (left.length === 0) return { rounds: [], rejections };
      const rest = await attempt(signal, () => timeBatch(left, request));
      if (isRejection(rest)) return { rounds: [], rejections: rejections.map((rejection) => rejection ?? rest) };
      const place = (i: number): number => left.indexOf(kernels[i] as KernelCase);
      const rounds = rest.rounds.map(({ ns, referenceNs }) => ({
        ns: kernels.map((_, i) => (rejections[i] === undefined ? (ns[place(i)] as number) : Number.NaN)),
        referenceNs,
      }));
      return { rounds, rejections };
    },
    close: async () => {
      const open = [...sessions.values()];
      sessions.clear();
      for (const session of open) await close(session);
    },
  };
}

function isRejection(answer: TimedBatch | Rejection): answer is Rejection {
  return "status" in answer;
}
