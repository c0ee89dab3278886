import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import { addresses, errorText, inBackground } from "./native-ffi.ts";
import type { Ffi, FindFunction, ForeignFunction } from "./native-ffi.ts";

/** How a program runs. */
export interface RunOptions {
  /** Samples behind each other in the buffers; 1 when left out. */
  readonly samples?: number;
  /** Most threads; 1 when left out. */
  readonly threads?: number;
}

/** Sizes of a loaded program, in bytes where not counts. */
export interface ProgramFacts {
  readonly inputBytes: readonly number[];
  readonly outputBytes: readonly number[];
  readonly steps: number;
  readonly weightsBytes: number;
  readonly arenaBytes: number;
  /** Of one thread. */
  readonly scratchBytes: number;
  readonly codeBytes: number;
}

/** A program that is loaded, its constants packed. */
export interface HostProgram {
  readonly facts: ProgramFacts;
  /** Address of the handle, for `HostLibrary.time`. */
  readonly handle: bigint;
  /** Runs activation inputs to outputs. Throws a plain Error when buffers are too small or not aligned as asked. */
  run(inputs: readonly Uint8Array[], outputs: readonly Uint8Array[], options?: RunOptions): void;
  /** The same on another thread than the caller's. The program must not be freed, nor the buffers changed, before it ends. */
  runInBackground(inputs: readonly Uint8Array[], outputs: readonly Uint8Array[], options?: RunOptions): Promise<void>;
  /** The least nanoseconds of each step over `runs` runs of one sample. */
  profile(
    inputs: readonly Uint8Array[],
    outputs: readonly Uint8Array[],
    options: { readonly runs: number; readonly threads?: number },
  ): readonly number[];
  free(): void;
}

/** The functions of the C ABI that take a program. */
export interface ProgramCalls {
  readonly load: ForeignFunction;
  readonly free: ForeignFunction;
  readonly facts: ForeignFunction;
  readonly inputBytes: ForeignFunction;
  readonly outputBytes: ForeignFunction;
  readonly run: ForeignFunction;
  readonly profile: ForeignFunction;
}

/** Finds them. */
export function programCalls(find: FindFunction): ProgramCalls {
  const error = ["void *", "size_t"];
  const buffers = ["uintptr_t", "void *", "void *"];
  return {
    load: find("infer_opt_load", "uintptr_t", ["void *", "size_t", "void *", "void *", "uint32_t", ...error]),
    free: find("infer_opt_free", "void", ["uintptr_t"]),
    facts: find("infer_opt_facts", "void", ["uintptr_t", "void *"]),
    inputBytes: find("infer_opt_input_bytes", "uint64_t", ["uintptr_t", "uint32_t"]),
    outputBytes: find("infer_opt_output_bytes", "uint64_t", ["uintptr_t", "uint32_t"]),
    run: find("infer_opt_run", "int", [...buffers, "uint64_t", "uint32_t", ...error]),
    profile: find("infer_opt_profile", "int", [...buffers, "uint32_t", "uint32_t", "void *", ...error]),
  };
}

/** Loads a program. Throws IO0710 when the library refuses it. */
export function loadProgram(
  ffi: Ffi,
  calls: ProgramCalls,
  program: Uint8Array,
  constants: readonly Uint8Array[],
): HostProgram {
  const error = errorText();
  const sizes = BigUint64Array.from(constants, (bytes) => BigInt(bytes.byteLength));
  const handle = BigInt(
    calls.load(program, program.byteLength, addresses(ffi, constants), sizes, constants.length, ...error.arguments) as
      number | bigint,
  );
  if (handle === 0n) return fail(runtimeDiagnostics.programRefused({ detail: error.read() }));
  const facts = readFacts(calls, handle);
  let isFree = false;
  const check = (inputs: readonly Uint8Array[], outputs: readonly Uint8Array[], samples: number): void => {
    if (isFree) throw new Error("the program was freed");
    checkBuffers("input", inputs, facts.inputBytes, samples);
    checkBuffers("output", outputs, facts.outputBytes, samples);
  };
  const succeed = (status: unknown, failure: { read(): string }): void => {
    if (status !== 0) throw new Error(failure.read());
  };
  return {
    facts,
    handle,
    run: (inputs, outputs, { samples = 1, threads = 1 } = {}) => {
      check(inputs, outputs, samples);
      const failure = errorText();
      const status = calls.run(
        ...[handle, addresses(ffi, inputs), addresses(ffi, outputs)],
        ...[samples, threads, ...failure.arguments],
      );
      succeed(status, failure);
    },
    runInBackground: async (inputs, outputs, { samples = 1, threads = 1 } = {}) => {
      check(inputs, outputs, samples);
      const failure = errorText();
      const status = await inBackground(
        calls.run,
        [handle, addresses(ffi, inputs), addresses(ffi, outputs), samples, threads, ...failure.arguments],
        [inputs, outputs],
      );
      succeed(status, failure);
    },
    profile: (inputs, outputs, { runs, threads = 1 }) => {
      check(inputs, outputs, 1);
      const failure = errorText();
      const times = new BigUint64Array(facts.steps);
      const status = calls.profile(
        ...[handle, addresses(ffi, inputs), addresses(ffi, outputs)],
        ...[threads, runs, times, ...failure.arguments],
      );
      succeed(status, failure);
      return Array.from(times, Number);
    },
    free: () => {
      if (!isFree) calls.free(handle);
      isFree = true;
    },
  };
}

function readFacts(calls: ProgramCalls, handle: bigint): ProgramFacts {
  const words = new BigUint64Array(7);
  calls.facts(handle, words);
  const [inputs = 0, outputs = 0, steps = 0, weightsBytes = 0, arenaBytes = 0, scratchBytes = 0, codeBytes = 0] =
    Array.from(words, Number);
  const sizes = (count: number, sizeOf: ForeignFunction): number[] =>
    Array.from({ length: count }, (_, index) => Number(sizeOf(handle, index)));
  return {
    inputBytes: sizes(inputs, calls.inputBytes),
    outputBytes: sizes(outputs, calls.outputBytes),
    steps,
    weightsBytes,
    arenaBytes,
    scratchBytes,
    codeBytes,
  };
}

function checkBuffers(
  kind: "input" | "output",
  buffers: readonly Uint8Array[],
  sizes: readonly number[],
  samples: number,
): void {
  if (buffers.length !== sizes.length)
    throw new Error(`${buffers.length} ${kind} buffers for a program with ${sizes.length}`);
  buffers.forEach((buffer, index) => {
    const needed = (sizes[index] ?? 0) * samples;
    if (buffer.byteLength < needed)
      throw new Error(`${kind} ${index} has ${buffer.byteLength} bytes, ${samples} samples need ${needed}`);
  });
}
