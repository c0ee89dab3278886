import type { ChoiceRecord, DeviceFingerprint, ScheduleCache, Workload } from "../schedule/index.ts";
import { hashJson, newestFirst } from "../schedule/index.ts";
import { version } from "../version.ts";
import type { Run } from "./run.ts";

/** What the precision of a model's layers is filed under. The device stands in the record, so that any host can follow it. */
export function precisionKey(workload: Workload, run: Run): string {
  return hashJson({ scope: "precision", workload, target: run.environment.target.id, tool: version });
}

/** The groups that the newest record leaves in float; undefined when there is none. */
export function recordedPrecision(
  cache: ScheduleCache,
  key: string,
): { readonly float: ReadonlySet<string>; readonly reason: string } | undefined {
  const [newest] = cache
    .choices(key)
    .filter((choice: ChoiceRecord) => choice.scope === "precision")
    .sort(newestFirst);
  if (newest === undefined) return undefined;
  return { float: new Set((newest.excluded ?? []).map(({ node }) => node)), reason: newest.reason };
}

/** Adds what was found; `float` tells why of each group that stays float. */
export function recordPrecision(
  cache: ScheduleCache,
  key: string,
  found: {
    readonly model: string;
    readonly chosen: string;
    readonly reason: string;
    readonly device: DeviceFingerprint;
    readonly float: readonly { readonly name: string; readonly reason: string }[];
  },
): void {
  const { model, chosen, reason, device, float } = found;
  cache.append([
    {
      ...{ v: 1, kind: "choice", key, model, scope: "precision", at: new Date().toISOString(), tool: version },
      ...{ chosen, reason, device, excluded: float.map(({ name, reason: why }) => ({ node: name, reason: why })) },
    },
  ]);
}
