import { InferOptError } from "../../src/diagnostics/index.ts";
import type { ProgramTimer, TimerLimits } from "../../src/runtime/index.ts";
import { defaultTimerLimits, startProgramTimer } from "../../src/runtime/index.ts";
import type {
  DeviceFingerprint,
  KernelCase,
  Measurer,
  Rejection,
  TimedBatch,
  TimingRequest,
  WrittenBytes,
} from "../../src/schedule/index.ts";
import type { KernelLoader } from "./kernel-loader.ts";
import { makeKernelLoader } from "./kernel-loader.ts";

/** A time is the mean of so many calls that they last this long: in cold mode the sweeps between them cost more. */
const sampleNs = { cold: 30_000, hot: 200_000 };

/** Bytes swept between cold calls: twice the second cache, at least 4 MiB (measured: kernels.md of the design, 9.3). */
const sweptL2s = 2;
const leastSweep = 4 << 20;

/** A measurer that owns processes. */
export interface KernelMeasurer extends Measurer {
  close(): void;
}

interface Station {
  readonly timer: ProgramTimer;
  readonly loader: KernelLoader;
}

/**
 * Runs and times kernels with the host library in child processes, one pinned to a core for one thread and one for more.
 * They start on first need and again after a crash or a time-out.
 */
export function startKernelMeasurer(
  device: DeviceFingerprint,
  limits: TimerLimits = defaultTimerLimits,
): KernelMeasurer {
  const stations = new Map<boolean, Station>();
  const stationFor = (threads: number): Station => {
    const pinned = threads === 1;
    const known = stations.get(pinned);
    if (known !== undefined) return known;
    const timer = startProgramTimer(pinned, limits);
    const station = { timer, loader: makeKernelLoader(timer) };
    stations.set(pinned, station);
    return station;
  };
  const close = (): void => {
    for (const { timer } of stations.values()) timer.stop();
    stations.clear();
  };
  const untilAborted = async <T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    signal.addEventListener("abort", close, { once: true });
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  };
  const coldBytes = Math.max(leastSweep, sweptL2s * device.l2KiB * 1024);
  return {
    close,
    verify: (kernels, threads, signal) =>
      untilAborted(signal, async () => {
        const station = stationFor(threads);
        await station.loader.trim();
        const answers: (Rejection | undefined)[] = [];
        for (const kernel of kernels) answers.push(await attempt(station, () => verifyOne(station, kernel, threads)));
        return answers;
      }),
    time: (kernels, request, signal) =>
      untilAborted(signal, async () => {
        const station = stationFor(request.threads);
        await station.loader.trim();
        const timing: Timing = {
          rounds: request.rounds,
          threads: request.threads,
          sampleNs: sampleNs[request.mode],
          coldBytes: request.mode === "cold" ? coldBytes : 0,
          // Rounds end before the process would be killed.
          deadlineNs: limits.timeSeconds * 0.7e9,
        };
        return timeAll(station, kernels, timing);
      }),
  };
}

type Timing = Omit<TimingRequest, "mode"> & {
  readonly sampleNs: number;
  readonly coldBytes: number;
  readonly deadlineNs: number;
};

/** What an action answers, or why the kernel it was about is out; the process may be a new one afterwards. */
async function attempt<T>({ loader }: Station, action: () => Promise<T>): Promise<T | Rejection> {
  try {
    return await action();
  } catch (error) {
    const code = error instanceof InferOptError ? error.diagnostic.code : undefined;
    const detail = error instanceof Error ? error.message : String(error);
    // The host library refused the program: the process lives.
    if (code === "IO0710") return { status: "run", detail };
    if (code !== "IO0704" && code !== "IO0705") throw error;
    loader.forget();
    return { status: code === "IO0705" ? "timeout" : "run", detail };
  }
}

async function verifyOne(
  { timer, loader }: Station,
  kernelCase: KernelCase,
  threads: number,
): Promise<Rejection | undefined> {
  const program = await loader.load(kernelCase, 0);
  await kernelCase.prepare?.();
  for (const count of new Set([1, threads])) {
    const { outputs, fault } = await timer.request({ op: "run", program, threads: count });
    const wrong = fault ?? kernelCase.expected(writtenBytes(kernelCase, outputs), kernelCase.correctness);
    if (wrong !== undefined)
      return { status: "verify", detail: `on ${count} thread${count === 1 ? "" : "s"}: ${wrong}` };
  }
  return undefined;
}

function writtenBytes({ kernel, buffers }: KernelCase, outputs: readonly Uint8Array[]): WrittenBytes {
  const written = kernel.arguments.filter(({ packs, access }) => packs === undefined && access !== "read");
  return Object.fromEntries(
    written.map(({ name }, i) => {
      const bytes = outputs[i] as Uint8Array;
      return [name, bytes.subarray(0, buffers[name]?.byteLength ?? bytes.byteLength)];
    }),
  );
}

async function timeAll(station: Station, kernels: readonly KernelCase[], timing: Timing): Promise<TimedBatch> {
  const isRejection = (answer: TimedBatch | Rejection): answer is Rejection => "status" in answer;
  const first = await attempt(station, () => timeBatch(station, kernels, timing));
  if (!isRejection(first)) return first;
  // One of them ended the process: each alone shows which.
  const rejections: (Rejection | undefined)[] = [];
  for (const kernel of kernels) {
    const alone = await attempt(station, () => timeBatch(station, [kernel], { ...timing, rounds: 1 }));
    rejections.push(isRejection(alone) ? alone : undefined);
  }
  const left = kernels.filter((_, i) => rejections[i] === undefined);
  const rest = await attempt(station, () => timeBatch(station, left, timing));
  if (isRejection(rest)) return { rounds: [], rejections: rejections.map((rejection) => rejection ?? rest) };
  const places = kernels.map((_, i) => rejections.slice(0, i).filter((rejection) => rejection === undefined).length);
  const rounds = rest.rounds.map(({ ns, referenceNs }) => ({
    ns: places.map((place, i) => (rejections[i] === undefined ? (ns[place] as number) : Number.NaN)),
    referenceNs,
  }));
  return { rounds, rejections };
}

async function timeBatch(
  { timer, loader }: Station,
  kernels: readonly KernelCase[],
  options: Timing,
): Promise<TimedBatch> {
  const programs: number[] = [];
  for (const [i, kernel] of kernels.entries()) {
    const copy = kernels.slice(0, i).filter((other) => other.kernel === kernel.kernel).length;
    programs.push(await loader.load(kernel, copy));
  }
  const { programs: columns, reference } = await timer.request({ op: "time", programs, options });
  return {
    rounds: reference.map((referenceNs, round) => ({
      ns: columns.map((column) => column[round] as number),
      referenceNs,
    })),
    rejections: kernels.map(() => undefined),
  };
}
