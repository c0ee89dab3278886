import { readFileSync } from "node:fs";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { LoadResult } from "../load/bench-load.ts";

/** Reads what `bench --load --json` wrote. Throws IO0914 for another file, or a load without a rate. */
export function readLoadResult(file: string): LoadResult {
  let found: Partial<LoadResult> | null;
  try {
    found = JSON.parse(readFileSync(file, "utf8")) as Partial<LoadResult> | null;
  } catch (error) {
    return refuse(file, (error as Error).message, error);
  }
  if (found?.kind !== "infer-opt-load" || found.v !== 1)
    return refuse(file, "it is no result of `bench --load --json`");
  if (found.load === undefined) return refuse(file, "no rate held its limit");
  const damaged = damagedField(found);
  if (damaged !== undefined) return refuse(file, `its "${damaged}" is damaged`);
  return found as LoadResult;
}

/** {@link readLoadResult} of the model with this hash. Throws IO0914 for that of another one, too. */
export function readLoadResultOf(file: string, modelHash: string): LoadResult {
  const found = readLoadResult(file);
  if (found.model.hash !== modelHash) return refuse(file, `it is about another model, ${found.model.file}`);
  return found;
}

const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
// One line: what stands here goes into comments of what is written.
const isLine = (value: unknown): boolean => typeof value === "string" && !/\p{Cc}/u.test(value);
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    value === undefined || values.includes(value);
const isSwitch = isOneOf(true, false);

/** Everything that packages take from a load: where it stands, and what it must be. */
const fields: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ["model.hash", isLine],
  ["model.file", isLine],
  ["device", isLine],
  ["instances", isCount],
  ["threads", isCount],
  ["load.maxBatch", isCount],
  ["load.maxWaitUs", isNumber],
  ["load.throughput", isNumber],
  ["load.meanBatch", isNumber],
  ["load.latency.percentiles.p99", isNumber],
  ["session.optimization", isOneOf("disabled", "basic", "extended", "all")],
  ["session.executionMode", isOneOf("sequential", "parallel")],
  ["session.arena", isSwitch],
  ["session.spinning", isSwitch],
];

function damagedField(found: object): string | undefined {
  const at = (path: string): unknown =>
    path
      .split(".")
      .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key], found);
  const odd = fields.find(([path, accepts]) => !accepts(at(path)))?.[0];
  if (odd !== undefined || at("limit") === undefined) return odd;
  return ["limit.share", "limit.ns"].find((path) => !isNumber(at(path)));
}

function refuse(file: string, detail: string, cause?: unknown): never {
  return fail(configDiagnostics.badLoadResult({ detail }, { file }), cause);
}
