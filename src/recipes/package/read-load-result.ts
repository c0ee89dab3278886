import { readFileSync } from "node:fs";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { LoadResult } from "../load/bench-load.ts";

/** Reads what `bench --load --json` wrote about a model. Throws IO0914 for another file, another model, or a load without a rate. */
export function readLoadResult(file: string, modelHash: string): LoadResult {
  const refuse = (detail: string, cause?: unknown): never =>
    fail(configDiagnostics.badLoadResult({ detail }, { file }), cause);
  let found: Partial<LoadResult> | null;
  try {
    found = JSON.parse(readFileSync(file, "utf8")) as Partial<LoadResult> | null;
  } catch (error) {
    return refuse((error as Error).message, error);
  }
  if (found?.kind !== "infer-opt-load" || found.v !== 1) return refuse("it is no result of `bench --load --json`");
  if (found.model?.hash !== modelHash) return refuse(`it is about another model, ${found.model?.file ?? "unnamed"}`);
  if (found.load === undefined) return refuse("no rate held its limit");
  return found as LoadResult;
}
