import type * as Ort from "onnxruntime-node";
import { fail } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";

/** The module onnxruntime-node. */
export type OrtModule = typeof Ort;

/**
 * Loads onnxruntime-node on first need, so that commands which run no model start fast and work without it. Its native
 * library otherwise gives the user an identifier, keeps what it observes in their cache folder and sends it to its maker.
 */
export async function loadOrt(): Promise<OrtModule> {
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
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
