import { appendFileSync, existsSync, readFileSync, statSync, truncateSync } from "node:fs";
import type { Diagnostic } from "../diagnostics/index.ts";
import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import { faultOf } from "./check-record.ts";
import type { ScheduleRecord } from "./record.ts";

/** What a schedule cache file holds. Unknown fields of records are kept. */
export interface CacheContent {
  readonly records: readonly ScheduleRecord[];
  readonly problems: readonly Diagnostic[];
}

/** How every record begins, the one too that was torn while it was written. */
const recordStart = '{"v":1,';

/**
 * Reads a schedule cache. A missing file is empty; a torn last line is ignored; other damaged lines are reported. Throws
 * IO0802 for a file that holds something and no record: records are appended, and that would destroy it.
 */
export function readCacheFile(file: string): CacheContent {
  if (!existsSync(file)) return { records: [], problems: [] };
  const refuse = (detail: string, cause?: unknown): never =>
    fail(scheduleDiagnostics.unreadable({ detail }, { file }), cause);
  if (!statSync(file).isFile()) return refuse(`${file} is no plain file`);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return refuse((error as Error).message, error);
  }
  const records: ScheduleRecord[] = [];
  const problems: Diagnostic[] = [];
  const lines = text.split("\n");
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      if (i < lines.length - 1)
        problems.push(scheduleDiagnostics.damagedLine({ line: i + 1, detail: (error as Error).message }, { file }));
      continue;
    }
    const fault = faultOf(value);
    if (fault === undefined) records.push(value as ScheduleRecord);
    else problems.push(scheduleDiagnostics.damagedLine({ line: i + 1, detail: fault }, { file }));
  }
  if (records.length === 0 && text.trim() !== "" && !recordStart.startsWith(text.slice(0, recordStart.length)))
    refuse(`${file} holds no record, so it is another file`);
  return { records, problems };
}

/**
 * Appends records, one write each. A torn last line, left by a machine that stopped, is cut off first, or closed where
 * only its newline is missing. The caller holds the file's lock.
 */
export function appendRecords(file: string, records: readonly ScheduleRecord[]): void {
  try {
    closeLastLine(file);
    for (const record of records) appendFileSync(file, `${JSON.stringify(record)}\n`);
  } catch (error) {
    fail(scheduleDiagnostics.unreadable({ detail: (error as Error).message }, { file }), error);
  }
}

function closeLastLine(file: string): void {
  if (!existsSync(file)) return;
  const content = readFileSync(file);
  const start = content.lastIndexOf(0x0a) + 1;
  if (start === content.byteLength) return;
  try {
    JSON.parse(content.toString("utf8", start));
    appendFileSync(file, "\n");
  } catch {
    truncateSync(file, start);
  }
}
