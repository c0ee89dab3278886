import type { ScheduleCache } from "../schedule/index.ts";
import { appendRecords, makeScheduleCache, readCacheFile } from "../schedule/index.ts";
import { withCacheLock } from "./lock-cache.ts";
import type { Run } from "./run.ts";

/** The schedule cache of a compile: read from its file, and every added record written at once under the file's lock. */
export function openScheduleCache(run: Run): ScheduleCache {
  const file = run.paths.schedule;
  const { records, problems } = readCacheFile(file);
  for (const problem of problems) run.diagnose(problem);
  if (run.options.dryRun || run.options.reproducible) return makeScheduleCache(records);
  return makeScheduleCache(records, (added) => withCacheLock(file, () => appendRecords(file, added)));
}
