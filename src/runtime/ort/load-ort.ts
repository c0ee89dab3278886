import type * as Ort from "onnxruntime-node";
import { fail } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";

/** The module onnxruntime-node. */
export type OrtModule = typeof Ort;

/** Loads onnxruntime-node on first need, so that commands which run no model start fast and work without it. */
export async function loadOrt(): Promise<OrtModule> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    return fail(
      runtimeDiagnostics.runtimeMissing({ detail: error instanceof Error ? error.message : String(error) }),
      error,
    );
  }
}

/** The version of the installed onnxruntime-node. */
export function ortVersion(ort: OrtModule): string {
  return ort.env.versions.node ?? "unknown";
}
