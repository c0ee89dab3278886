import { createRequire } from "node:module";
import type * as Koffi from "koffi";

/** The FFI module. */
export type Ffi = typeof Koffi;

/** A C function as the FFI gives it; arguments are numbers, bigints, byte arrays and null. */
export type ForeignFunction = ((...values: unknown[]) => unknown) & {
  async: (...values: unknown[]) => unknown;
};

/** Finds a function of a library. */
export type FindFunction = (name: string, result: string, parameters: readonly string[]) => ForeignFunction;

/** Bytes kept for the text of a failure. */
const errorBytes = 1024;

/**
 * Foreign functions run on stacks of the FFI's own. An async one has 128 KiB, far less than the thread of its own that
 * the creation of an ONNX Runtime session is used to.
 */
const stackBytes = 8 << 20;

/** Loads the FFI on first need; a reason where it cannot be loaded on this platform. */
export function loadFfi(): Ffi | { readonly missing: string } {
  try {
    const ffi = createRequire(import.meta.url)("koffi") as Ffi;
    growStacks(ffi);
    return ffi;
  } catch (error) {
    return { missing: `koffi cannot be loaded: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function growStacks(ffi: Ffi): void {
  if (ffi.config().async_stack_size === stackBytes) return;
  try {
    ffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });
  } catch {
    // Settled already, by another user of the FFI in this process; its sizes have to do.
  }
}

/**
 * Functions by library and name. They are bound once a thread: binding takes more than a call, and the FFI keeps some
 * memory of each binding for good.
 */
const bound = new Map<string, ForeignFunction>();

/** Finds functions of the library at a path. Throws where it cannot be loaded, or has no such function. */
export function findFunctions(ffi: Ffi, path: string): FindFunction {
  return (name, result, parameters) => {
    const key = `${path}:${name}`;
    const known = bound.get(key);
    if (known !== undefined) return known;
    const found = ffi.load(path).func(name, result, [...parameters]) as ForeignFunction;
    bound.set(key, found);
    return found;
  };
}

/** Room for the text of a failure, which C functions take as `char *error, size_t error_size`. */
export interface ErrorText {
  /** The two arguments. */
  readonly arguments: readonly [Uint8Array, number];
  read(): string;
}

/** Empty room. */
export function errorText(): ErrorText {
  const bytes = new Uint8Array(errorBytes);
  return {
    arguments: [bytes, errorBytes],
    read: () => new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0)))),
  };
}

/** The addresses of buffers, as C takes an array of pointers. Keep the buffers alive until the call has returned. */
export function addresses(ffi: Ffi, buffers: readonly Uint8Array[]): BigUint64Array {
  return BigUint64Array.from(buffers, (buffer) => (buffer.byteLength === 0 ? 0n : ffi.address(buffer)));
}

/** Zeroed bytes at an address that is a multiple of 64, with 64 bytes of slack behind them. */
export function alignedBytes(ffi: Ffi, size: number): Uint8Array {
  const alignment = 64;
  const buffer = new Uint8Array(size + 2 * alignment);
  const skip = (alignment - Number(ffi.address(buffer) % BigInt(alignment))) % alignment;
  return buffer.subarray(skip, skip + size);
}

/** Calls a foreign function on another thread. Arguments and what they point to (`alive`) stay until it has returned. */
export async function inBackground(
  call: ForeignFunction,
  values: unknown[],
  alive: readonly unknown[],
): Promise<unknown> {
  const held = new Set<unknown>([...values, ...alive]);
  try {
    return await new Promise((resolve, reject) => {
      call.async(...values, (failure: unknown, result: unknown) => {
        if (failure === null || failure === undefined) resolve(result);
        else reject(failure instanceof Error ? failure : new Error(String(failure)));
      });
    });
  } finally {
    held.clear();
  }
}
