import type { IsaLevel } from "./isa.ts";
import { isaLevelNames } from "./isa.ts";

/** The domain of regions; it carries the version of the program format. */
export const regionDomain = "ai.inferopt.v1";

/** The version of {@link regionDomain} that models import. */
export const regionOpset = 1;

/** Names the host library registers a level, and so the most regions a model has of it. */
export const maxRegionsPerLevel = 32;

/** What the name of a region says. */
export interface RegionName {
  readonly isa: IsaLevel;
  /** In [0, {@link maxRegionsPerLevel}). */
  readonly index: number;
}

/** The operator name of a region, such as `Region_avx2_0`. Throws RangeError when the index has no name. */
export function regionName({ isa, index }: RegionName): string {
  if (!Number.isInteger(index) || index < 0 || index >= maxRegionsPerLevel)
    throw new RangeError(`region ${index} is not one of the ${maxRegionsPerLevel} of a level`);
  return `Region_${isa}_${index}`;
}

/** Reads the name of a region; undefined when it is none. */
export function parseRegionName(domain: string, opType: string): RegionName | undefined {
  const [, level, digits] = /^Region_([a-z0-9]+)_(0|[1-9][0-9]?)$/.exec(opType) ?? [];
  const isa = isaLevelNames.find((name) => name === level);
  const index = Number(digits);
  return domain === regionDomain && isa !== undefined && index < maxRegionsPerLevel ? { isa, index } : undefined;
}
