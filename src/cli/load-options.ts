import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import type { CompileOptions } from "../config/index.ts";
import { parseDuration } from "../config/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { fail } from "../diagnostics/index.ts";
import type { LoadSetup } from "../recipes/index.ts";
import { toCount, toMilliseconds } from "./parse-values.ts";

/** Requests of one run at most: each is planned, and its times are kept. */
const MOST_REQUESTS = 10_000_000;

/** More processes on a CPU only wait for each other, and take memory. */
const PROCESSES_PER_CPU = 16;

/** Flags of `bench --load`, as the command line gives them. */
export interface LoadOptions extends Record<string, unknown> {
  readonly load?: boolean;
  readonly rate?: number;
  readonly maxBatch?: number;
  readonly maxWait?: number;
  readonly instances?: number;
  readonly coRunners?: number;
  readonly duration: number;
  readonly warmUp: number;
}

/** Gives `bench` the flags of a load. */
export function addLoadOptions(command: { addOption(option: Option): unknown }): void {
  const options = [
    new Option("--load", "serve requests that arrive at random, and tell their latency with the queueing"),
    new Option(
      "--rate <requests>",
      "requests a second; without it the highest rate that holds --max-latency",
    ).argParser(toRate),
    new Option(
      "--max-batch <size>",
      "requests in one batch at most (1 with --rate, else up to 16 are tried)",
    ).argParser(toCount),
    new Option(
      "--max-wait <time>",
      "longest wait for a fuller batch (0 with --rate, else several are tried)",
    ).argParser(toMilliseconds),
    new Option("--instances <count>", "processes that serve (1 when left out), each with --threads").argParser(toCount),
    new Option("--co-runners <count>", "processes beside them that keep a core busy each").argParser(toCount),
  ];
  for (const option of options) command.addOption(option.helpGroup("Load:"));
}

function toRate(text: string): number {
  const rate = Number(text.replace(/\/s$/, ""));
  if (!(rate > 0 && Number.isFinite(rate))) throw new InvalidArgumentError("requests a second, above 0, are expected.");
  return rate;
}

/** What a load is asked with; undefined without `--load`. Throws IO0904 for flags that do not fit together. */
export function loadSetup(
  models: readonly string[],
  values: LoadOptions,
  options: CompileOptions,
): Omit<LoadSetup, "reporter" | "signal"> | undefined {
  const { rate, maxBatch, maxWait, instances, coRunners, duration, warmUp } = values;
  const conflict = (detail: string, advice: string): never => fail(configDiagnostics.conflict({ detail, advice }));
  if (values.load !== true) {
    const given = Object.entries({ rate, maxBatch, maxWait, instances, coRunners }).find(
      ([, value]) => value !== undefined,
    );
    if (given !== undefined || options.maxLatency !== undefined)
      conflict(
        "--rate, --max-batch, --max-wait, --instances, --co-runners and --max-latency belong to --load",
        "add --load, or leave them out",
      );
    return undefined;
  }
  if (models.length !== 1) conflict("--load serves one model", "name one, or leave --load out to race several");
  if (options.threads.length > 1) conflict("--load takes one number of threads", "name one with --threads");
  if (rate === undefined && options.maxLatency === undefined)
    conflict(
      "--load needs a rate, or a limit to look for the highest rate with",
      "give --rate 100, or --max-latency 100ms --percentile p99",
    );
  if (rate !== undefined && rate * (duration + warmUp) > MOST_REQUESTS * 1000)
    conflict(
      `--rate ${rate} for ${(duration + warmUp) / 1000} s is more than ${MOST_REQUESTS} requests`,
      "lower --rate, or shorten --duration and --warm-up",
    );
  const most = PROCESSES_PER_CPU * availableParallelism();
  if ((instances ?? 1) + (coRunners ?? 0) > most)
    conflict(
      `--instances and --co-runners start ${(instances ?? 1) + (coRunners ?? 0)} processes`,
      `${most} are enough for the CPUs of this machine`,
    );
  const [threads] = options.threads;
  return {
    ...(rate === undefined ? {} : { rate }),
    ...(options.maxLatency === undefined
      ? {}
      : { limit: { share: Number(options.percentile.slice(1)) / 100, ns: parseDuration(options.maxLatency) * 1e6 } }),
    ...(maxBatch === undefined ? {} : { maxBatch }),
    ...(maxWait === undefined ? {} : { maxWaitMs: maxWait }),
    ...(threads === undefined ? {} : { threads }),
    ...{ instances: instances ?? 1, coRunners: coRunners ?? 0, durationMs: duration, warmUpMs: warmUp },
  };
}
