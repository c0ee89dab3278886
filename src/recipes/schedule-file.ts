import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { ScheduleCache } from "../schedule/index.ts";
import { appendRecords, makeScheduleCache, readCacheFile } from "../schedule/index.ts";
import { withCacheLock } from "./lock-cache.ts";
import { requireWritable } from "./paths.ts";
import type { Run } from "./run.ts";

/** Throws IO0906 or IO0802 where nothing could be appended: before anything is measured that could not be kept. */
function requireAppendable(file: string): void {
  // The lock and, in time, the file itself lie in its folder.
  requireWritable(dirname(file));
  if (!existsSync(file)) return;
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    fail(scheduleDiagnostics.unreadable({ detail: (error as Error).message }, { file }), error);
  }
}

/** The schedule cache of a compile: read from its file, and every added record written at once under the file's lock. */
export function openScheduleCache(run: Run): ScheduleCache {
  const file = run.paths.schedule;
  const { records, problems } = readCacheFile(file);
  for (const problem of problems) run.diagnose(problem);
  if (run.options.dryRun || run.options.reproducible) return makeScheduleCache(records);
  requireAppendable(file);
  return makeScheduleCache(records, (added) => withCacheLock(file, () => appendRecords(file, added)));
}
