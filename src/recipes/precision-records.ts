import type { ChoiceRecord, DeviceFingerprint, ScheduleCache, Workload } from "../schedule/index.ts";
import { hashJson, newestFirst } from "../schedule/index.ts";
import { version } from "../version.ts";
import { measuredHash } from "./config-hash.ts";
import type { Run } from "./run.ts";

/**
 * What the precision of a model's layers is filed under: the options too, so that the same command gives the same result
 * even where `--budget` had ended the search. The device stands in the record: a reproducible run follows that of any.
 */
export function precisionKey(workload: Workload, run: Run): string {
  const { environment, options } = run;
  return hashJson({
    ...{ scope: "precision", workload, config: measuredHash(options) },
    ...{ target: environment.target.id, tool: version },
  });
}

/** What was decided of a model's groups of layers. */
export interface KnownPrecision {
  /** Names of the groups that stay float. */
  readonly float: ReadonlySet<string>;
  readonly reason: string;
}

/** The newest record that holds here: made on this device or, in a reproducible run, on any. */
export function recordedPrecision(cache: ScheduleCache, key: string, run: Run): KnownPrecision | undefined {
  const { options, environment } = run;
  if (options.reprove) return undefined;
  const here = environment.device === undefined ? "" : hashJson({ ...environment.device.fingerprint });
  const [newest] = cache
    .choices(key)
    .filter(({ scope }: ChoiceRecord) => scope === "precision")
    .filter(({ device }) => options.reproducible || (device !== undefined && hashJson({ ...device }) === here))
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
