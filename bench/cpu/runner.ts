import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A tensor to feed: float32, little-endian, in a file of its own. */
export interface FeedFile {
  readonly name: string;
  readonly shape: readonly number[];
  readonly file: string;
}

/** What is asked of a process that runs models: one JSON object a line, answered in order. */
export type RunnerRequest =
  | {
      readonly op: "open";
      readonly form: string;
      readonly model: string;
      readonly threads: number;
      /** False runs compiled regions as the plain operators they stand for. */
      readonly regions: boolean;
      readonly feeds: readonly FeedFile[];
    }
  /** Nanoseconds of each of `iterations` inferences, after `drop` untimed ones. */
  | { readonly op: "burst"; readonly form: string; readonly iterations: number; readonly drop: number }
  | { readonly op: "close"; readonly form: string }
  | { readonly op: "versions" }
  /** Writes a model quantized by the runner's own means; one feed a sample. */
  | { readonly op: "quantize"; readonly model: string; readonly output: string; readonly samples: readonly FeedFile[] };

/** Its answers; those that are only acknowledged hold nothing. */
export interface RunnerAnswer {
  readonly ns?: readonly number[];
  readonly versions?: Readonly<Record<string, string>>;
}

/** A process that runs models. */
export interface Runner {
  /** Rejects with what the process says went wrong, or with how it ended. */
  request(request: RunnerRequest): Promise<RunnerAnswer>;
  stop(): void;
}

/** Characters kept of what a runner writes to stderr. */
const STDERR_KEPT = 2000;

/** Starts a process that reads requests from its stdin and writes answers to its stdout. */
export function startRunner(command: string, args: readonly string[]): Runner {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const waiting: { resolve(answer: RunnerAnswer): void; reject(error: Error): void }[] = [];
  let stderr = "";
  let end: Error | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line) as RunnerAnswer & { readonly error?: string };
    const next = waiting.shift();
    if (answer.error === undefined) next?.resolve(answer);
    else next?.reject(new Error(answer.error));
  });
  const finish = (why: string): void => {
    const last = stderr.trim().split("\n").at(-1) ?? "";
    end ??= new Error(last === "" ? why : `${why}: ${last}`);
    for (const { reject } of waiting.splice(0)) reject(end);
  };
  child.on("error", (error) => finish(error.message));
  child.on("close", (code, signal) => finish(`the process ended with ${signal ?? `exit code ${code}`}`));
  child.stdin.on("error", () => undefined);
  return {
    request: (request) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      }),
    stop: () => void child.kill("SIGKILL"),
  };
}
