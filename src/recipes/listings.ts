import { existsSync } from "node:fs";
import { passes } from "../../passes/index.ts";
import { presets } from "../../passes/presets.ts";
import { targets } from "../../targets/index.ts";
import { runtimeText } from "./environment.ts";

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

/** One finding of `doctor`. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** True when its absence only narrows what can be done. */
  readonly optional: boolean;
  readonly detail: string;
}

/** Examines this machine: Node, the runtimes, the targets. */
export async function examine(): Promise<readonly Finding[]> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const findings: Finding[] = [
    {
      name: "node",
      ok: major > 20 || (major === 20 && minor >= 19),
      optional: false,
      detail: `${process.versions.node} on ${process.platform} ${process.arch} (20.19 or newer is needed)`,
    },
    {
      name: "temporary folder",
      ok: existsSync(process.env["TMPDIR"] ?? "/tmp") || process.platform === "win32",
      optional: false,
      detail: "holds models while they are checked and timed",
    },
  ];
  const [portable] = targets;
  for (const { id, detected, missing } of await listTargets())
    findings.push({
      name: `target ${id}`,
      ok: detected !== undefined,
      // The others are faster where they are, and nothing else needs them.
      optional: id !== portable?.id,
      detail: detected ?? missing ?? "",
    });
  return findings;
}
