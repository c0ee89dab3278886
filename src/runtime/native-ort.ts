import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import { errorText, findFunctions, loadFfi } from "./native-ffi.ts";
import type { Ffi, FindFunction, ForeignFunction } from "./native-ffi.ts";
import { bundledOrtPath } from "./native-ort-path.ts";
import { nativeLibraryPath, whyNativeMissing } from "./native-path.ts";

/** The functions of the host library that reach ONNX Runtime's C API, and an environment of it. */
export interface NativeOrt {
  readonly ffi: Ffi;
  /** Address of the environment. */
  readonly handle: bigint;
  readonly createSession: ForeignFunction;
  readonly freeSession: ForeignFunction;
  readonly count: ForeignFunction;
  readonly name: ForeignFunction;
  readonly createValue: ForeignFunction;
  readonly freeValue: ForeignFunction;
  readonly valueFacts: ForeignFunction;
  readonly run: ForeignFunction;
}

/**
 * Opens ONNX Runtime's library through the host library. Throws IO0711 when the host library is missing, IO0701 when
 * ONNX Runtime is.
 */
export function openNativeOrt(path = nativeLibraryPath(), ortPath = bundledOrtPath()): NativeOrt {
  // INFER_OPT_NATIVE=0 is about regions, which the library then does not register; sessions work all the same.
  const missing = whyNativeMissing(path, { ignoreSwitch: true });
  const ffi = missing === undefined ? loadFfi() : { missing };
  if ("missing" in ffi) return fail(runtimeDiagnostics.nativeMissing({ detail: ffi.missing }));
  if (ortPath === undefined)
    return fail(runtimeDiagnostics.runtimeMissing({ detail: "it has no library for this platform" }));
  // As in loadOrt.
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
  const functions = findFunctions(ffi, path);
  const find: FindFunction = (name, ...signature) => functions(`infer_opt_${name}`, ...signature);
  const error = errorText();
  const failure = ["void *", "size_t"];
  const pointer = "uintptr_t";
  const handle = BigInt(find("ort_open", pointer, ["str", ...failure])(ortPath, ...error.arguments) as number | bigint);
  if (handle === 0n) return fail(runtimeDiagnostics.runtimeMissing({ detail: error.read() }));
  return {
    ffi,
    handle,
    createSession: find("session_create", pointer, [pointer, "void *", "size_t", "void *", "void *", ...failure]),
    freeSession: find("session_free", "void", [pointer]),
    count: find("session_count", "uint32_t", [pointer, "int32_t"]),
    name: find("session_name", "str", [pointer, "int32_t", "uint32_t"]),
    createValue: find("value_create", pointer, [
      ...[pointer, "void *", "size_t", "int32_t", "void *", "uint32_t"],
      ...failure,
    ]),
    freeValue: find("value_free", "void", [pointer, pointer]),
    valueFacts: find("value_facts", "int", [pointer, pointer, "void *", "void *", ...failure]),
    run: find("session_run", "int", [
      ...[pointer, "void *", "void *", "uint32_t", "void *", "uint32_t", "void *"],
      ...failure,
    ]),
  };
}
