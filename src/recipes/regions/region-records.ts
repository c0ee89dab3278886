import type { CompiledRegions } from "../../../targets/index.ts";
import type { ChoiceRecord, DeviceFingerprint, NetworkProfile, ScheduleCache } from "../../schedule/index.ts";
import { hashJson, newestFirst } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import type { Form } from "../form.ts";
import type { Run } from "../run.ts";

/** What of a form is in regions, as it was decided in the network. */
export interface RegionChoice {
  /** Only kernels that give the bits of the form. */
  readonly exact: boolean;
  /** Nodes that stay plain though there are kernels for them, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  /** Undefined where nothing could be timed. */
  readonly profile: NetworkProfile | undefined;
  /** Why nothing could be timed; told in the record. */
  readonly untimed?: string;
  /** Hash of the kernels that this was found with: where others were tuned since, it says nothing of them. */
  readonly kernels: string | undefined;
  /** ISO 8601 time at which it was found. */
  readonly at?: string;
}

/** The hash of the kernels of compiled regions: templates and points, step by step. */
export function hashKernels({ regions }: Pick<CompiledRegions, "regions">): string {
  return hashJson(
    regions.map(({ name, steps }) => ({ name, steps: steps.map(({ template, point }) => ({ template, point })) })),
  );
}

/** What such a choice is filed under: the form without regions and what kernels may do. The device stands in the record. */
export function regionKey(base: Form, products: string, run: Run): string {
  const { options, environment } = run;
  return hashJson({
    ...{ scope: "regions", form: base.hash, products, exact: options.exact },
    ...{ isa: options.isa, maxWorkspace: options.maxWorkspace ?? "", hot: options.hot },
    ...{ target: environment.target.id, tool: version },
  });
}

/** The newest choice that holds here: made on this device or, in a reproducible run, on that of the records. */
export function findRegionChoice(cache: ScheduleCache, key: string, run: Run): RegionChoice | undefined {
  if (run.options.reprove) return undefined;
  const holds = ({ scope, device }: ChoiceRecord): boolean =>
    scope === "regions" && device !== undefined && isSame(device, run.device);
  const [newest] = [...cache.choices(key)].sort(newestFirst).filter(holds);
  if (newest === undefined) return undefined;
  const excluded = new Map((newest.excluded ?? []).map(({ node, reason }) => [node, reason]));
  const { chosen, profile, kernels, at } = newest;
  return { exact: chosen === "exact", excluded, profile, kernels, at };
}

function isSame(device: DeviceFingerprint, other: DeviceFingerprint | undefined): boolean {
  return other !== undefined && hashJson({ ...device }) === hashJson({ ...other });
}

/** Adds the choice to the records, and tells the time it stands under; undefined without a device. */
export function recordRegionChoice(
  cache: ScheduleCache,
  key: string,
  model: string,
  { exact, excluded, profile, kernels, untimed }: RegionChoice,
  run: Run,
): string | undefined {
  const { device } = run.environment;
  if (device === undefined) return undefined;
  const at = new Date().toISOString();
  const reason =
    excluded.size === 0
      ? (untimed ?? "no layer is faster left plain")
      : `faster with ${excluded.size} node${excluded.size === 1 ? "" : "s"} left plain`;
  cache.append([
    {
      ...{ v: 1, kind: "choice", key, model, scope: "regions", at, tool: version },
      ...{ chosen: exact ? "exact" : "any", reason, device: device.fingerprint },
      excluded: [...excluded].map(([node, why]) => ({ node, reason: why })),
      ...(profile === undefined ? {} : { profile }),
      ...(kernels === undefined ? {} : { kernels }),
    },
  ]);
  return at;
}
