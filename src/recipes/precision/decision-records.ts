import type { ChoiceRecord, DeviceFingerprint, ScheduleCache, Workload } from "../../schedule/index.ts";
import { hashJson, newestFirst } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import { measuredHash } from "../config-hash.ts";
import type { Run } from "../run.ts";

/** What whole models are chosen by in a search of its own: the precision of layers, or the options of a session. */
export type DecisionScope = "precision" | "session";

/**
 * What such a decision is filed under: the options too, so that the same command gives the same result even where `--budget`
 * had ended the search. The device stands in the record: a reproducible run follows that of any. What a person ended is not
 * recorded, so that the next run goes on with the trials there are.
 */
export function decisionKey(scope: DecisionScope, workload: Workload, run: Run): string {
  const { environment, options } = run;
  return hashJson({
    ...{ scope, workload, config: measuredHash(options) },
    ...{ target: environment.target.id, tool: version },
  });
}

/** The newest decision that holds here: made on this device or, in a reproducible run, on any. */
export function recordedDecision(
  cache: ScheduleCache,
  wanted: DecisionScope,
  key: string,
  run: Run,
): ChoiceRecord | undefined {
  const { options, environment } = run;
  if (options.reprove) return undefined;
  const here = environment.device === undefined ? "" : hashJson({ ...environment.device.fingerprint });
  const [newest] = cache
    .choices(key)
    .filter(({ scope }: ChoiceRecord) => scope === wanted)
    .filter(({ device }) => options.reproducible || (device !== undefined && hashJson({ ...device }) === here))
    .sort(newestFirst);
  return newest;
}

/** Adds a decision. */
export function recordDecision(
  cache: ScheduleCache,
  scope: DecisionScope,
  key: string,
  found: Omit<ChoiceRecord, "v" | "kind" | "key" | "scope" | "at" | "tool"> & { readonly device: DeviceFingerprint },
): void {
  cache.append([{ v: 1, kind: "choice", key, scope, at: new Date().toISOString(), tool: version, ...found }]);
}
