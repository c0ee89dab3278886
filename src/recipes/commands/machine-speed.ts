import { existsSync, readdirSync } from "node:fs";
import type { Device, DeviceSpeed, Target } from "../../../targets/index.ts";
import { targets } from "../../../targets/index.ts";
import { fail, InferOptError } from "../../diagnostics/index.ts";
import { scheduleDiagnostics } from "../../diagnostics/codes/schedule.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import { appendRecords, makeScheduleCache, readCacheFile } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { withCacheLock } from "../lock-cache.ts";

/** Where speeds of this machine may be known from, and whether they may be measured. */
export interface SpeedQuery {
  /** Schedule caches; those in the working folder when left out. */
  readonly records?: readonly string[];
  /** `keep` adds what is measured to the first cache, `forget` to none; nothing is measured when left out. */
  readonly measure?: "keep" | "forget";
  readonly signal: AbortSignal;
}

/** A speed with the schedule cache that holds it; with none where it was measured for this query. */
type Located<T> = T & { readonly file?: string };

/** Speeds of this machine, on one thread. */
export interface MachineSpeed {
  readonly rates?: Located<NonNullable<DeviceSpeed["rates"]>>;
  readonly figures?: Located<NonNullable<DeviceSpeed["figures"]>>;
}

/**
 * How fast this machine is: the newest that schedule caches know, else measured if that is wanted. The reason where no
 * target can tell. Throws IO0802 for a file that is no cache, and for one that is to be read and is not there.
 */
export async function machineSpeed(query: SpeedQuery): Promise<MachineSpeed | { readonly missing: string }> {
  for (const { detect, speed } of targets) {
    if (speed === undefined) continue;
    const found = await detect();
    return "missing" in found ? found : speedOf(found.device, speed, query);
  }
  return { missing: "no target has kernels of its own to measure with" };
}

async function speedOf(
  { fingerprint }: Device,
  speed: NonNullable<Target["speed"]>,
  { records, measure, signal }: SpeedQuery,
): Promise<MachineSpeed> {
  const known: Partial<MachineSpeed>[] = [];
  for (const { file, cache } of records === undefined ? cachesHere() : records.map((file) => required(file, measure)))
    known.push(located(await speed(fingerprint, cache), file));
  const merged = known.reduce<MachineSpeed>(newer, {});
  const isKnown = merged.rates !== undefined && merged.figures !== undefined;
  if (measure === undefined || isKnown) return merged;
  const kept = measure === "keep" ? records?.[0] : undefined;
  const cache = kept === undefined ? makeScheduleCache([]) : keptIn(kept);
  const measured = await speed(fingerprint, cache, { tool: version, signal });
  return newer(merged, kept === undefined ? measured : located(measured, kept));
}

interface NamedCache {
  readonly file: string;
  readonly cache: ScheduleCache;
}

/** Caches of the working folder; others' files that only look like some are passed over. */
function cachesHere(): readonly NamedCache[] {
  return namesHere()
    .filter((name) => name.endsWith(".schedule.jsonl"))
    .sort()
    .flatMap((file) => {
      try {
        return [{ file, cache: makeScheduleCache(readCacheFile(file).records) }];
      } catch (error) {
        if (error instanceof InferOptError) return [];
        throw error;
      }
    });
}

/** A folder that cannot be read holds nothing to look at. */
function namesHere(): readonly string[] {
  try {
    return readdirSync(".");
  } catch {
    return [];
  }
}

function required(file: string, measure: SpeedQuery["measure"]): NamedCache {
  if (measure !== "keep" && !existsSync(file))
    fail(scheduleDiagnostics.unreadable({ detail: "there is no such file" }, { file }));
  return { file, cache: makeScheduleCache(readCacheFile(file).records) };
}

/** A cache that writes what is added to its file. */
function keptIn(file: string): ScheduleCache {
  return makeScheduleCache(readCacheFile(file).records, (added) =>
    withCacheLock(file, () => appendRecords(file, added)),
  );
}

function located({ rates, figures }: DeviceSpeed, file: string): MachineSpeed {
  return {
    ...(rates === undefined ? {} : { rates: { ...rates, file } }),
    ...(figures === undefined ? {} : { figures: { ...figures, file } }),
  };
}

/** Of each part the newer; where both are of one time, the first. */
function newer(a: MachineSpeed, b: MachineSpeed): MachineSpeed {
  const rates = later(a.rates, b.rates);
  const figures = later(a.figures, b.figures);
  return { ...(rates === undefined ? {} : { rates }), ...(figures === undefined ? {} : { figures }) };
}

function later<T extends { readonly at: string }>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined || (b !== undefined && b.at > a.at) ? b : a;
}
