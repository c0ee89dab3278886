import { addresses, errorText } from "./native-ffi.ts";
import type { Ffi, ForeignFunction } from "./native-ffi.ts";
import type { HostProgram } from "./native-program.ts";

/** A program with the buffers it is timed on: one sample each. */
export interface TimedProgram {
  readonly program: HostProgram;
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

/** How programs are timed: `infer_opt_timing` of src/runtime/native/infer-opt.h. */
export interface TimingOptions {
  /** Rounds; each takes one time of every program and one of the reference loop. */
  readonly rounds: number;
  /** Threads of a call; 1 when left out. */
  readonly threads?: number;
  /** A time is the mean of so many calls that they last this long, in nanoseconds; 0 (when left out): one call. */
  readonly sampleNs?: number;
  /** Bytes read between any two calls, to drive weights out of the caches; 0 (when left out): hot. */
  readonly coldBytes?: number;
  /** No round begins later than this after the start, in nanoseconds. */
  readonly deadlineNs?: number;
  /** Core to which the calling thread is pinned meanwhile. */
  readonly core?: number;
}

/** Nanoseconds of one call, a number a round. */
export interface Timings {
  /** For each program. */
  readonly programs: readonly (readonly number[])[];
  /** Of one turn of a loop that always takes the same number of cycles: shows what the machine did meanwhile. */
  readonly reference: readonly number[];
}

/** Calls `infer_opt_time`. Throws a plain Error when a program cannot run or the core does not exist. */
export function timePrograms(
  ffi: Ffi,
  time: ForeignFunction,
  programs: readonly TimedProgram[],
  options: TimingOptions,
): Timings {
  const { rounds, threads = 1, sampleNs = 0, coldBytes = 0, deadlineNs = 0, core = -1 } = options;
  for (const { program, inputs, outputs } of programs)
    if (!fits(inputs, program.facts.inputBytes) || !fits(outputs, program.facts.outputBytes))
      throw new Error("a program is timed on buffers that are not its own");
  const timing = new DataView(new ArrayBuffer(40));
  timing.setUint32(0, rounds, true);
  timing.setUint32(4, threads, true);
  timing.setInt32(8, core, true);
  timing.setBigUint64(16, BigInt(Math.round(sampleNs)), true);
  timing.setBigUint64(24, BigInt(Math.round(coldBytes)), true);
  timing.setBigUint64(32, BigInt(Math.round(deadlineNs)), true);
  const columns = programs.length + 1;
  const nanoseconds = new Float64Array(rounds * columns);
  const error = errorText();
  const done = Number(
    time(
      BigUint64Array.from(programs, ({ program }) => program.handle),
      programs.length,
      addresses(
        ffi,
        programs.flatMap(({ inputs }) => inputs),
      ),
      addresses(
        ffi,
        programs.flatMap(({ outputs }) => outputs),
      ),
      new Uint8Array(timing.buffer),
      nanoseconds,
      ...error.arguments,
    ),
  );
  if (done < 0) throw new Error(error.read());
  const column = (index: number): number[] =>
    Array.from({ length: done }, (_, round) => nanoseconds[round * columns + index] ?? Number.NaN);
  return { programs: programs.map((_, index) => column(index)), reference: column(programs.length) };
}

function fits(buffers: readonly Uint8Array[], sizes: readonly number[]): boolean {
  return buffers.length === sizes.length && buffers.every((buffer, i) => buffer.byteLength >= (sizes[i] ?? 0));
}
