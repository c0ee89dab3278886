import { InferOptError } from "../../src/diagnostics/index.ts";
import type { RuntimeValue } from "../../src/ir/index.ts";
import type { MeasurePolicy } from "../../src/measure/index.ts";
import type { Worker } from "../../src/runtime/index.ts";
import { fromWire, toWire } from "../../src/runtime/index.ts";
import type { KernelCase, Measurer, Rejection, TimedBatch, TimingRequest } from "../../src/schedule/index.ts";
import type { OpenSessions, TimedModel } from "./open-sessions.ts";
import { keepSessions } from "./open-sessions.ts";

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
  const { worker, feeds, kept = 4 } = setup;
  const wire = toWire(feeds);
  const sessions = keepSessions(worker, (identity) => setup.open(identity), kept);
  let races = 0;
  const timeBatch = async (kernels: readonly KernelCase[], request: TimingRequest): Promise<TimedBatch> => {
    const { rounds, threads, betweenRounds } = request;
    const opened = await openEntrants(kernels, threads, sessions);
    const policy = { ...conditions, ...setup.policy, rounds, maxRounds: rounds };
    const forms = opened.map((session, i) => ({ name: String(i), session, feeds: wire }));
    const result = await worker.request(
      { op: "race", forms, policy, seed: setup.seed + races++ },
      async (done) => done >= rounds || (await betweenRounds?.(done)) !== false,
    );
    return {
      rounds: result.rounds.map((round, at) => ({
        ns: round.map((times) => times.reduce((least, ns) => Math.min(least, ns), Infinity)),
        referenceNs: result.referenceNs[at] as number,
      })),
      rejections: kernels.map(() => undefined),
    };
  };
  const verifyOne = async (entrant: KernelCase, threads: number): Promise<Rejection | undefined> => {
    const session = await sessions.open(entrant, threads, 0);
    const { values } = await worker.request({ op: "run", session, feeds: wire, wanted: undefined });
    const detail = setup.check(fromWire(values));
    return detail === undefined ? undefined : { status: "verify", detail };
  };
  return {
    verify: async (kernels, threads, signal) => {
      const answers: (Rejection | undefined)[] = [];
      for (const entrant of kernels) answers.push(await attempt(() => verifyOne(entrant, threads), sessions, signal));
      return answers;
    },
    time: (kernels, request, signal) =>
      timeApart(kernels, (some, rounds) =>
        attempt(() => timeBatch(some, { ...request, rounds: rounds ?? request.rounds }), sessions, signal),
      ),
    close: () => sessions.closeAll(),
  };
}

/** Sessions of all entrants of a race; the same one may run under two names. Sessions that are idle then may be closed. */
async function openEntrants(
  kernels: readonly KernelCase[],
  threads: number,
  sessions: OpenSessions,
): Promise<readonly number[]> {
  const opened: number[] = [];
  for (const [i, entrant] of kernels.entries()) {
    const copy = kernels.slice(0, i).filter((other) => other.kernel === entrant.kernel).length;
    opened.push(await sessions.open(entrant, threads, copy));
  }
  await sessions.trim(new Set(opened));
  return opened;
}

/** What an action answers, or why what it was about is out. */
async function attempt<T>(
  action: () => Promise<T>,
  sessions: Pick<OpenSessions, "forget">,
  signal: AbortSignal,
): Promise<T | Rejection> {
  signal.throwIfAborted();
  try {
    return await action();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof InferOptError)) throw error;
    const { code, message } = error.diagnostic;
    if (code === processLost || code === timedOut) sessions.forget();
    return { status: code === timedOut ? "timeout" : "run", detail: message };
  }
}

/** Times entrants together; where one of them ends the race each alone shows which, and the others race again. */
async function timeApart(
  kernels: readonly KernelCase[],
  time: (kernels: readonly KernelCase[], rounds?: number) => Promise<TimedBatch | Rejection>,
): Promise<TimedBatch> {
  const first = await time(kernels);
  if (!isRejection(first)) return first;
  const rejections: (Rejection | undefined)[] = [];
  for (const kernel of kernels) {
    const alone = await time([kernel], 1);
    rejections.push(isRejection(alone) ? alone : undefined);
  }
  const left = kernels.filter((_, i) => rejections[i] === undefined);
  if (left.length === 0) return { rounds: [], rejections };
  const rest = await time(left);
  if (isRejection(rest)) return { rounds: [], rejections: rejections.map((rejection) => rejection ?? rest) };
  const place = (i: number): number => left.indexOf(kernels[i] as KernelCase);
  const rounds = rest.rounds.map(({ ns, referenceNs }) => ({
    ns: kernels.map((_, i) => (rejections[i] === undefined ? (ns[place(i)] as number) : Number.NaN)),
    referenceNs,
  }));
  return { rounds, rejections };
}

function isRejection(answer: TimedBatch | Rejection): answer is Rejection {
  return "status" in answer;
}
