import { alignedBytes, errorText, findFunctions, loadFfi } from "./native-ffi.ts";
import type { Ffi } from "./native-ffi.ts";
import { nativeBuildCommand, nativeLibraryPath, whyNativeMissing } from "./native-path.ts";
import { loadProgram, programCalls } from "./native-program.ts";
import type { HostProgram } from "./native-program.ts";
import { timePrograms } from "./native-time.ts";
import type { TimedProgram, TimingOptions, Timings } from "./native-time.ts";

/** Version of the C ABI this binding is written for: INFER_OPT_ABI in src/runtime/native/infer-opt.h. */
const abi = 1;

/** The generic host library, loaded into this process. */
export interface HostLibrary {
  readonly path: string;
  /** Bits of CPU features that programs may use here, as `featureBits` of src/region makes them. */
  readonly features: number;
  /** Loads a program with its constant inputs in their order. Throws IO0710 when the library refuses it. */
  load(program: Uint8Array, constants: readonly Uint8Array[]): HostProgram;
  /** Times programs and a reference loop in turn. */
  time(programs: readonly TimedProgram[], options: TimingOptions): Timings;
  /** Zeroed bytes at a multiple of 64, with slack: for programs that ask for aligned inputs and outputs. */
  allocate(bytes: number): Uint8Array;
}

/** Loads the host library; the reason where it is not there or cannot run code here. Never throws. */
export function loadHostLibrary(path = nativeLibraryPath()): HostLibrary | { readonly missing: string } {
  const missing = whyNativeMissing(path);
  if (missing !== undefined) return { missing };
  const ffi = loadFfi();
  if ("missing" in ffi) return ffi;
  try {
    return bind(ffi, path);
  } catch (error) {
    return { missing: `${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function bind(ffi: Ffi, path: string): HostLibrary | { readonly missing: string } {
  const find = findFunctions(ffi, path);
  const found = Number(find("infer_opt_abi", "uint32_t", [])());
  if (found !== abi)
    return { missing: `${path} has ABI ${found}, not ${abi}; run \`${nativeBuildCommand()} --force\`` };
  const probeError = errorText();
  if (find("infer_opt_probe", "int", ["void *", "size_t"])(...probeError.arguments) !== 0)
    return { missing: probeError.read() };
  const calls = programCalls(find);
  const time = find("infer_opt_time", "int32_t", [
    ...["void *", "uint32_t", "void *", "void *", "void *", "void *"],
    ...["void *", "size_t"],
  ]);
  return {
    path,
    features: Number(find("infer_opt_features", "uint32_t", [])()),
    load: (program, constants) => loadProgram(ffi, calls, program, constants),
    time: (programs, options) => timePrograms(ffi, time, programs, options),
    allocate: (bytes) => alignedBytes(ffi, bytes),
  };
}
