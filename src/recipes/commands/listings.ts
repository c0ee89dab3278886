import { passes } from "../../../passes/index.ts";
import { presets } from "../../../passes/presets.ts";
import { targets } from "../../../targets/index.ts";
import { runtimeText } from "../environment.ts";

/** One pass, for people and tools. */
export interface PassListing {
  readonly name: string;
  readonly summary: string;
  readonly stage: string;
  readonly preserves: string;
  readonly rules: readonly string[];
  /** The presets it is part of. */
  readonly levels: readonly string[];
}

/** All passes in the order of the registry. */
export function listPasses(): readonly PassListing[] {
  return passes.map(({ name, summary, stage, preserves, rules }) => ({
    name,
    summary,
    stage,
    preserves,
    rules: rules ?? [],
    levels: Object.entries(presets)
      .filter(([, stages]) => stages.some((planned) => planned.lines.some((line) => line.pass === name)))
      .map(([level]) => level),
  }));
}

/** One target, with what was found of it here. */
export interface TargetListing {
  readonly id: string;
  readonly summary: string;
  readonly detected: string | undefined;
  readonly missing: string | undefined;
}

/** All targets. */
export async function listTargets(): Promise<readonly TargetListing[]> {
  const found: TargetListing[] = [];
  for (const { id, summary, detect } of targets) {
    const result = await detect();
    found.push(
      "device" in result
        ? {
            id,
            summary,
            detected: `${result.device.summary}; ${runtimeText(result.device.toolchain)}`,
            missing: undefined,
          }
        : { id, summary, detected: undefined, missing: result.missing },
    );
  }
  return found;
}
