import { existsSync } from "node:fs";
import { targets } from "../../../targets/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import { scheduleDiagnostics } from "../../diagnostics/codes/schedule.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import type {
  DeviceFingerprint,
  DeviceSummary,
  PruneRule,
  ScheduleRecord,
  WorkloadSummary,
} from "../../schedule/index.ts";
import {
  mergeRecords,
  pruneRecords,
  readCacheFile,
  summarizeDevices,
  summarizeWorkloads,
} from "../../schedule/index.ts";
import { withCacheLock } from "../lock-cache.ts";
import { writeAtomically } from "../write-result.ts";

/** What a schedule cache holds. */
export interface CacheSummary {
  readonly file: string;
  readonly records: number;
  readonly devices: readonly DeviceSummary[];
  readonly workloads: readonly WorkloadSummary[];
  /** Models that a form was chosen for, with the form. */
  readonly models: readonly { readonly model: string; readonly chosen: string; readonly reason: string }[];
  /** Lines that are no records. */
  readonly problems: readonly Diagnostic[];
}

/** What an edit left. */
export interface CacheEdit {
  readonly before: number;
  readonly after: number;
  /** Lines that are no records, and are gone. */
  readonly damaged: number;
}

function readRequired(file: string): {
  readonly records: readonly ScheduleRecord[];
  readonly problems: readonly Diagnostic[];
} {
  if (!existsSync(file)) fail(scheduleDiagnostics.unreadable({ detail: "there is no such file" }, { file }));
  return readCacheFile(file);
}

/** Looks into a schedule cache. Throws InferOptError when it is missing or is another file. */
export function summarizeCache(file: string): CacheSummary {
  const { records, problems } = readRequired(file);
  return {
    ...{ file, problems, records: records.length },
    devices: summarizeDevices(records),
    workloads: summarizeWorkloads(records),
    models: records.flatMap((record) =>
      record.kind === "choice" && record.scope === "model"
        ? [{ model: record.model, chosen: record.chosen, reason: record.reason }]
        : [],
    ),
  };
}

/** Writes the records of several caches to one, once each; `output` may be one of them. */
export function mergeCaches(output: string, inputs: readonly string[]): CacheEdit {
  return rewrite(output, () => {
    const contents = inputs.map(readRequired);
    const lists = contents.map(({ records }) => records);
    return {
      before: lists.reduce((sum, list) => sum + list.length, 0),
      kept: mergeRecords(lists),
      damaged: contents.reduce((sum, { problems }) => sum + problems.length, 0),
    };
  });
}

/** Writes what a rule keeps of a cache to `output`, which may be the cache itself. */
export function pruneCache(file: string, rule: PruneRule, output: string | undefined): CacheEdit {
  const edit = (): Edited => {
    const { records, problems } = readRequired(file);
    return { before: records.length, kept: pruneRecords(records, rule), damaged: problems.length };
  };
  if (output !== undefined) return rewrite(output, edit);
  const { before, kept, damaged } = edit();
  return { before, after: kept.length, damaged };
}

/** This machine as records name it. Throws IO0708 where no target finds a device. */
export async function thisDevice(): Promise<DeviceFingerprint> {
  const reasons: string[] = [];
  // Those with kernels of their own know most of the CPU, and come last.
  for (const { id, detect } of [...targets].reverse()) {
    const found = await detect();
    if ("device" in found) return found.device.fingerprint;
    reasons.push(`${id}: ${found.missing}`);
  }
  return fail(runtimeDiagnostics.targetUnavailable({ target: "any", missing: reasons.join("; ") }));
}

interface Edited {
  readonly before: number;
  readonly kept: readonly ScheduleRecord[];
  readonly damaged: number;
}

/** Reads, edits and writes under the lock of `output`, so that nobody appends meanwhile. A file that is no cache is refused. */
function rewrite(output: string, edit: () => Edited): CacheEdit {
  return withCacheLock(output, () => {
    readCacheFile(output);
    const { before, kept, damaged } = edit();
    writeAtomically(output, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return { before, after: kept.length, damaged };
  });
}
