import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { CaseResult } from "./run-case.ts";

/** Case id to the reason why it fails. */
export type KnownFailures = ReadonlyMap<string, string>;

/** Reads the list; empty when the file is absent. */
export function readKnownFailures(file: string): KnownFailures {
  return existsSync(file)
    ? new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>))
    : new Map();
}

/** Cases whose result is not the expected one, with what is wrong: a regression, or a known failure that passes now. */
export function surprises(
  results: readonly CaseResult[],
  known: KnownFailures,
): readonly (readonly [string, string])[] {
  return results.flatMap(({ id, failure }): (readonly [string, string])[] => {
    if (failure === undefined) return known.has(id) ? [[id, "passes, but stands in the list of known failures"]] : [];
    return known.has(id) ? [] : [[id, failure]];
  });
}

/** Writes the list anew from the results; reasons already written, and cases that were not run, stay. */
export function updateKnownFailures(file: string, results: readonly CaseResult[], known: KnownFailures): void {
  const next = new Map(known);
  for (const { id, failure } of results) {
    if (failure === undefined) next.delete(id);
    else if (!next.has(id)) next.set(id, failure);
  }
  const sorted = [...next].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}
