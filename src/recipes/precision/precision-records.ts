import type { EarlyEnd } from "../../events.ts";
import type { DeviceFingerprint, ScheduleCache, Workload } from "../../schedule/index.ts";
import { decisionKey, recordDecision, recordedDecision } from "./decision-records.ts";
import type { Run } from "../run.ts";

/** What the precision of a model's layers is filed under. */
export function precisionKey(workload: Workload, run: Run): string {
  return decisionKey("precision", workload, run);
}

/** What was decided of a model's groups of layers, and of how it is spelled. */
export interface KnownPrecision {
  /** Names of the groups that stay float. */
  readonly float: ReadonlySet<string>;
  /** Names of the other spellings that are taken. */
  readonly rewrites: ReadonlySet<string>;
  readonly reason: string;
  /** What ended the search before it was done. */
  readonly endedBy?: EarlyEnd;
}

/** The newest record that holds here: made on this device or, in a reproducible run, on any. */
export function recordedPrecision(cache: ScheduleCache, key: string, run: Run): KnownPrecision | undefined {
  const newest = recordedDecision(cache, "precision", key, run);
  if (newest === undefined) return undefined;
  const { excluded = [], rewrites = [], reason, endedBy } = newest;
  return {
    ...(endedBy === undefined ? {} : { endedBy }),
    float: new Set(excluded.map(({ node }) => node)),
    rewrites: new Set(rewrites.map(({ name }) => name)),
    reason,
  };
}

/** A name, and why it was decided so. */
interface Reasoned {
  readonly name: string;
  readonly reason: string;
}

/** Adds what was found; `float` tells why of each group that stays float, `rewrites` of each other spelling that is taken. */
export function recordPrecision(
  cache: ScheduleCache,
  key: string,
  found: {
    readonly model: string;
    readonly chosen: string;
    readonly reason: string;
    readonly device: DeviceFingerprint;
    readonly float: readonly Reasoned[];
    readonly rewrites: readonly Reasoned[];
    readonly endedBy?: EarlyEnd | undefined;
  },
): void {
  const { model, chosen, reason, device, float, rewrites, endedBy } = found;
  const taken = rewrites.map(({ name, reason: why }) => ({ name, reason: why }));
  recordDecision(cache, "precision", key, {
    ...{ model, chosen, reason, device, excluded: float.map(({ name, reason: why }) => ({ node: name, reason: why })) },
    ...(taken.length === 0 ? {} : { rewrites: taken }),
    ...(endedBy === undefined ? {} : { endedBy }),
  });
}
