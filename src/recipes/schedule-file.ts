import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { InferOptError, fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import { withFileLock } from "../exec/index.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import { appendRecords, makeScheduleCache, readCacheFile } from "../schedule/index.ts";
import type { Run } from "./run.ts";

/** The schedule cache of a compile: read from its file, and every added record written at once under the file's lock. */
export function openScheduleCache(run: Run): ScheduleCache {
  const file = run.paths.schedule;
  const { records, problems } = readCacheFile(file);
  for (const problem of problems) run.diagnose(problem);
  if (run.options.dryRun || run.options.reproducible) return makeScheduleCache(records);
  return makeScheduleCache(records, (added) => {
    try {
      mkdirSync(dirname(file), { recursive: true });
      withFileLock(file, () => appendRecords(file, added));
    } catch (error) {
      if (error instanceof InferOptError) throw error;
      fail(scheduleDiagnostics.unreadable({ detail: (error as Error).message }, { file }), error);
    }
  });
}
