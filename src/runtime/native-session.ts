import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import { byteLengthOf, dtypeFromCode, dtypes, elementsOf, tensorFromBytes } from "../ir/index.ts";
import type { DType, ElementArray } from "../ir/index.ts";
import { addresses, errorText, inBackground } from "./native-ffi.ts";
import { openNativeOrt } from "./native-ort.ts";
import type { NativeOrt } from "./native-ort.ts";

/** A tensor of a native session; tensors of onnxruntime-node have these fields too. */
export interface SessionTensor {
  readonly type: DType;
  readonly dims: readonly number[];
  readonly data: ElementArray;
}

/** Options of a native session, named as onnxruntime-node names them. */
export interface NativeSessionOptions {
  /** Threads inside an operator; 0 (when left out): all cores. */
  readonly intraOpNumThreads?: number;
  readonly graphOptimizationLevel?: "disabled" | "basic" | "extended" | "all";
  /** 4 (when left out) prints nothing: failures come as diagnostics. */
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  /** Session configuration entries of ONNX Runtime. */
  readonly configEntries?: Readonly<Record<string, string>>;
  /** False runs the plain operators of compiled regions. */
  readonly regions?: boolean;
}

/** Inputs that are laid out once, for many runs. */
export interface PreparedRun {
  /** Runs on the calling thread and drops the outputs. Throws IO0703. */
  run(): void;
  release(): void;
}

/** A session of ONNX Runtime in which compiled regions run as such; shaped as onnxruntime-node's InferenceSession. */
export interface NativeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs off the event loop. Throws IO0703. */
  run(
    feeds: Readonly<Record<string, SessionTensor>>,
    fetches?: readonly string[],
  ): Promise<Record<string, SessionTensor>>;
  prepare(feeds: Readonly<Record<string, SessionTensor>>): PreparedRun;
  /** Frees the session once; runs that are under way must have ended. */
  release(): Promise<void>;
}

const levels = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;

/**
 * Opens a session on the bytes or the path of a model. Throws IO0711 without the host library, IO0701 without ONNX
 * Runtime, IO0702 when the model, or a program in it, is refused.
 */
export async function createNativeSession(
  model: string | Uint8Array,
  options: NativeSessionOptions = {},
): Promise<NativeSession> {
  const ort = openNativeOrt();
  const { intraOpNumThreads = 0, graphOptimizationLevel = "all", logSeverityLevel = 4, regions = true } = options;
  const settings = Int32Array.of(intraOpNumThreads, levels[graphOptimizationLevel], logSeverityLevel, regions ? 1 : 0);
  const entries = Object.entries(options.configEntries ?? {})
    .flat()
    .map(text);
  const config = BigUint64Array.of(...addresses(ort.ffi, entries), 0n);
  const isPath = typeof model === "string";
  const bytes = isPath ? text(model) : model;
  const error = errorText();
  const handle = await inBackground(
    ort.createSession,
    [ort.handle, bytes, isPath ? 0 : bytes.byteLength, settings, config, ...error.arguments],
    [entries],
  );
  if (BigInt(handle as bigint) === 0n) return fail(runtimeDiagnostics.modelRejected({ detail: error.read() }));
  return sessionOf(ort, BigInt(handle as bigint));
}

/** A string as C reads it. */
function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

/** Values that stand for feeds, with the memory they lie in. */
interface Feeds {
  readonly names: readonly Uint8Array[];
  readonly values: BigUint64Array;
  readonly memory: readonly Uint8Array[];
}

function sessionOf(ort: NativeOrt, handle: bigint): NativeSession {
  const namesOf = (outputs: 0 | 1): string[] =>
    Array.from({ length: Number(ort.count(handle, outputs)) }, (_, i) => String(ort.name(handle, outputs, i)));
  const inputNames = namesOf(0);
  const outputNames = namesOf(1);
  let isReleased = false;
  const argumentsOf = (feeds: Feeds, wanted: readonly Uint8Array[], results: BigUint64Array): unknown[] => [
    ...[handle, addresses(ort.ffi, feeds.names), feeds.values, feeds.values.length],
    ...[addresses(ort.ffi, wanted), wanted.length, results],
  ];
  const open = (): void => {
    if (isReleased) throw new Error("the session was released");
  };
  return {
    inputNames,
    outputNames,
    run: async (feeds, fetches = outputNames) => {
      open();
      const error = errorText();
      const given = createFeeds(ort, feeds);
      const wanted = fetches.map(text);
      const results = new BigUint64Array(wanted.length);
      try {
        const values = [...argumentsOf(given, wanted, results), ...error.arguments];
        const status = await inBackground(ort.run, values, [given, wanted]);
        if (status !== 0) return fail(runtimeDiagnostics.runFailed({ detail: error.read() }));
        return Object.fromEntries(fetches.map((name, i) => [name, readValue(ort, results[i] as bigint)]));
      } finally {
        for (const value of [...given.values, ...results]) ort.freeValue(ort.handle, value);
      }
    },
    prepare: (feeds) => {
      open();
      const given = createFeeds(ort, feeds);
      const wanted = outputNames.map(text);
      const results = new BigUint64Array(wanted.length);
      const error = errorText();
      const values = [...argumentsOf(given, wanted, results), ...error.arguments];
      // What only addresses point to; held by `release`, and so as long as this object.
      const alive: unknown[] = [given, wanted];
      return {
        run: () => {
          if (isReleased || alive.length === 0) throw new Error("the session or its inputs were released");
          const status = ort.run(...values);
          for (const value of results) ort.freeValue(ort.handle, value);
          if (status !== 0) fail(runtimeDiagnostics.runFailed({ detail: error.read() }));
        },
        release: () => {
          if (alive.length > 0) for (const value of given.values) ort.freeValue(ort.handle, value);
          alive.length = 0;
        },
      };
    },
    release: async () => {
      if (!isReleased) ort.freeSession(handle);
      isReleased = true;
    },
  };
}

function createFeeds(ort: NativeOrt, feeds: Readonly<Record<string, SessionTensor>>): Feeds {
  const names: Uint8Array[] = [];
  const values: bigint[] = [];
  const memory: Uint8Array[] = [];
  const error = errorText();
  for (const [name, { type, dims, data }] of Object.entries(feeds)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const value = BigInt(
      ort.createValue(
        ...[ort.handle, bytes, bytes.byteLength, dtypes[type].code],
        ...[BigInt64Array.from(dims, BigInt), dims.length, ...error.arguments],
      ) as number | bigint,
    );
    if (value === 0n) {
      for (const made of values) ort.freeValue(ort.handle, made);
      return fail(runtimeDiagnostics.runFailed({ detail: `input ${name}: ${error.read()}` }));
    }
    names.push(text(name));
    values.push(value);
    memory.push(bytes);
  }
  return { names, values: BigUint64Array.from(values), memory };
}

/** Bytes of the facts of a value: INFER_OPT_VALUE_FACTS of src/runtime/native/infer-opt.h. */
const factCount = 64;

/** A copy of an output. */
function readValue(ort: NativeOrt, value: bigint): SessionTensor {
  const error = errorText();
  const facts = new BigInt64Array(factCount);
  const data = new BigUint64Array(1);
  if (ort.valueFacts(ort.handle, value, facts, data, ...error.arguments) !== 0)
    return fail(runtimeDiagnostics.runFailed({ detail: error.read() }));
  const [code = 0, rank = 0, count = 0, ...rest] = Array.from(facts, Number);
  const type = dtypeFromCode(code);
  if (type === undefined || dtypes[type].bits === 0)
    return fail(runtimeDiagnostics.runFailed({ detail: `an output has elements of type ${type ?? code}` }));
  const dims = rest.slice(0, rank);
  const size = byteLengthOf(type, count);
  // The memory is the runtime's and goes with the value.
  const bytes = size === 0 ? new Uint8Array(0) : new Uint8Array(ort.ffi.view(data[0], size)).slice();
  return { type, dims, data: elementsOf(tensorFromBytes(type, dims, bytes)) };
}
