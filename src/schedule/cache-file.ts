import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type { Diagnostic } from "../diagnostics/index.ts";
import { fail } from "../diagnostics/index.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import type { ScheduleRecord } from "./record.ts";

/** What a schedule cache file holds. Unknown fields of records are kept. */
export interface CacheContent {
  readonly records: readonly ScheduleRecord[];
  readonly problems: readonly Diagnostic[];
}

function isRecord(value: unknown): value is ScheduleRecord {
  if (typeof value !== "object" || value === null) return false;
  const { v, kind, key } = value as { v?: unknown; kind?: unknown; key?: unknown };
  return v === 1 && typeof key === "string" && (kind === "trial" || kind === "choice" || kind === "proof");
}

/** Reads a schedule cache. A missing file is empty; a torn last line is ignored; other damaged lines are reported. */
export function readCacheFile(file: string): CacheContent {
  if (!existsSync(file)) return { records: [], problems: [] };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return fail(scheduleDiagnostics.unreadable({ detail: (error as Error).message }, { file }), error);
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
    if (isRecord(value)) records.push(value);
    else
      problems.push(
        scheduleDiagnostics.damagedLine(
          { line: i + 1, detail: "no `v`, `kind` and `key` of a known record" },
          { file },
        ),
      );
  }
  return { records, problems };
}

/** Appends records, one write each; a torn last line is first closed with a newline. The caller holds the file's lock. */
export function appendRecords(file: string, records: readonly ScheduleRecord[]): void {
  try {
    let lead = endsTorn(file) ? "\n" : "";
    for (const record of records) {
      appendFileSync(file, `${lead}${JSON.stringify(record)}\n`);
      lead = "";
    }
  } catch (error) {
    fail(scheduleDiagnostics.unreadable({ detail: (error as Error).message }, { file }), error);
  }
}

function endsTorn(file: string): boolean {
  if (!existsSync(file)) return false;
  const { size } = statSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const handle = openSync(file, "r");
  readSync(handle, last, 0, 1, size - 1);
  closeSync(handle);
  return last[0] !== 0x0a;
}
