import { passes as allPasses } from "../../passes/index.ts";
import { presets } from "../../passes/presets.ts";
import { fail } from "../diagnostics/index.ts";
import { pipelineDiagnostics } from "../diagnostics/codes/pipeline.ts";
import type { CompileOptions } from "../config/index.ts";
import { nearestName } from "../diagnostics/nearest-name.ts";
import type { Pass, StagePlan } from "../pipeline/index.ts";

/** Rounds of a stage before it is stopped; real models take two to four. */
export const maxRounds = 16;

/**
 * The stages that rewrite the float graph, as level, `--passes` and `--inline-functions` ask for them. `sourceBytes`, the
 * size of the model as it was read, is what passes may not outgrow.
 */
export function planStages(options: CompileOptions, sourceBytes: number): readonly StagePlan[] {
  const given = { ...options, sourceBytes };
  const step = (pass: Pass): StagePlan["steps"][number] => ({
    pass: pass as Pass<never>,
    options: optionsOf(pass, given),
  });
  if (options.passes.length === 0)
    return presets[options.level].map(({ stage, lines }) => ({
      stage,
      steps: lines.map((line) => step(passNamed(line.pass))),
    }));
  const chosen = options.passes.map(passNamed);
  return [...new Set(chosen.map((pass) => pass.stage))].map((stage) => ({
    stage,
    steps: chosen.filter((pass) => pass.stage === stage).map(step),
  }));
}

/** The names in `--skip-passes`; throws IO0307 for one that is neither a pass nor `pass/rule`. */
export function disabledRules(options: CompileOptions): ReadonlySet<string> {
  for (const name of options.skipPasses) {
    const [passName = "", rule] = name.split("/");
    const pass = passNamed(passName);
    if (rule !== undefined && !(pass.rules ?? []).includes(rule))
      fail(pipelineDiagnostics.unknownPass({ name, nearest: nearestName(rule, pass.rules ?? []) }));
  }
  return new Set(options.skipPasses);
}

/** The pass of a name; throws IO0307 when there is none. */
export function passNamed(name: string): Pass {
  const pass = allPasses.find((candidate) => candidate.name === name);
  if (pass === undefined)
    return fail(
      pipelineDiagnostics.unknownPass({
        name,
        nearest: nearestName(
          name,
          allPasses.map((p) => p.name),
        ),
      }),
    );
  return pass;
}

/** A pass's defaults with those compile options that bear one of its option's names. */
function optionsOf(pass: Pass, given: Readonly<Record<string, unknown>>): unknown {
  if (typeof pass.defaults !== "object" || pass.defaults === null) return pass.defaults;
  return Object.fromEntries(Object.entries(pass.defaults).map(([name, value]) => [name, given[name] ?? value]));
}
