import { runtimeDiagnostics } from "../../../src/diagnostics/codes/runtime.ts";
import { InferOptError } from "../../../src/diagnostics/index.ts";
import { tensorFromNumbers } from "../../../src/ir/index.ts";
import { seededRandom } from "../../../src/measure/index.ts";
import type { Worker } from "../../../src/runtime/index.ts";
import { toWire } from "../../../src/runtime/index.ts";

/** What happens when a model is raced; an answer of `crash` or `hang` ends the process. */
export interface FakeWorkerOptions {
  /** Nanoseconds of a model by its file and the threads of its session, undisturbed. */
  ns(file: string, threads: number): number;
  /** What a model does when it runs. */
  fate?(file: string): "crash" | "hang" | "nan" | undefined;
  /** Share by which each time may be longer, drawn anew. */
  readonly noise?: number;
  /** The machine gets slower by this share with every round, the reference loop too. */
  readonly drift?: number;
}

/** A measuring process with a clock of its own: times follow a formula, and every race is counted. */
export interface FakeWorker extends Pick<Worker, "request"> {
  readonly races: number;
  /** Rounds of all races. */
  readonly rounds: number;
  readonly opened: readonly string[];
}

/** Makes a fake measuring process. Sessions of one that ended are unknown to its successor, as with the real one. */
export function makeFakeWorker({ ns, fate, noise = 0, drift = 0 }: FakeWorkerOptions): FakeWorker {
  const random = seededRandom(7);
  const sessions = new Map<number, { readonly file: string; readonly threads: number }>();
  const opened: string[] = [];
  let [number, races, told, slowness] = [0, 0, 0, 1];
  const entryOf = (session: number): { readonly file: string; readonly threads: number } => {
    const known = sessions.get(session);
    if (known === undefined) throw new Error(`no session ${session}`);
    return known;
  };
  const end = (how: "crash" | "hang"): never => {
    sessions.clear();
    throw new InferOptError(
      how === "crash"
        ? runtimeDiagnostics.workerCrashed({ detail: "signal SIGSEGV" })
        : runtimeDiagnostics.workerTimeout({ what: "a race", seconds: 1 }),
    );
  };
  const answer = async (...[request, onRound]: Parameters<Worker["request"]>): Promise<unknown> => {
    switch (request.op) {
      case "open":
        sessions.set(++number, { file: String(request.model), threads: request.settings.threads ?? 1 });
        opened.push(String(request.model));
        return { session: number };
      case "close":
        sessions.delete(request.session);
        return {};
      case "run": {
        const value = fate?.(entryOf(request.session).file) === "nan" ? Number.NaN : 1;
        return { values: toWire(new Map([["y", tensorFromNumbers("float32", [1], [value])]])) };
      }
      case "race": {
        races++;
        const entrants = request.forms.map(({ session }) => entryOf(session));
        const files = entrants.map(({ file }) => file);
        for (const file of files) {
          const how = fate?.(file);
          if (how === "crash" || how === "hang") end(how);
        }
        const rounds: { readonly times: number[][]; readonly referenceNs: number }[] = [];
        let goesOn = true;
        while (goesOn && rounds.length < request.policy.rounds) {
          slowness *= 1 + drift;
          const scale = slowness;
          const times = entrants.map(({ file, threads }) => [ns(file, threads) * scale * (1 + noise * random())]);
          rounds.push({ times, referenceNs: 1e6 * scale });
          told++;
          goesOn = (await onRound?.(rounds.length, request.policy.rounds)) ?? true;
        }
        return {
          names: files,
          rounds: rounds.map(({ times }) => times),
          referenceNs: rounds.map(({ referenceNs }) => referenceNs),
          ...{ droppedRounds: 0, noise: 0 },
        };
      }
      default:
        throw new Error(`unexpected request ${request.op}`);
    }
  };
  return {
    get races() {
      return races;
    },
    opened,
    get rounds() {
      return told;
    },
    request: (...given) => Promise.resolve().then(() => answer(...given)) as Promise<never>,
  };
}
