import type { CompiledRegions, RegionSetup } from "../../../targets/index.ts";
import type { RegionsReport, Reporter } from "../../events.ts";
import type { CompileOptions } from "../../config/index.ts";
import { parseDuration, parseSize } from "../../config/index.ts";
import type { Model } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";
import { inferTypes } from "../../ops/index.ts";
import type { Preserves } from "../../pipeline/index.ts";
import { lesserLevels, useLevel } from "../../region/index.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import { tuningEfforts } from "../../schedule/index.ts";
import { version } from "../../version.ts";
import type { FormDifference } from "./form-difference.ts";
import { differenceFrom } from "./form-difference.ts";
import type { Form } from "../form.ts";
import type { Input } from "../load-input.ts";
import { makeForm } from "../make-form.ts";
import { nameNodes } from "../name-nodes.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";
import { threadsOf } from "../proof/time-forms.ts";

/** How a form is compiled. */
export interface CompileChoice {
  /** Only kernels that give the bits of the form. */
  readonly exact: boolean;
  /** Nodes to leave plain, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  /** A trial is neither tuned nor compared, and has a name of its own. */
  readonly trial?: string;
}

/** Regions, the form with them, and how it differs from the form without. */
export interface CompiledForm extends FormDifference {
  readonly compiled: CompiledRegions;
  readonly form: Form | undefined;
}

/** Compiles one form in several ways. */
export interface FormCompiler {
  readonly name: string;
  /** The form that is compiled, its nodes named one by one. */
  readonly model: Model;
  /** Something may be measured. */
  readonly measures: boolean;
  compile(choice: CompileChoice): Promise<CompiledForm>;
  /** What is told of the result. */
  report(compiled: CompiledRegions): RegionsReport;
}

/** The compiler of a form; undefined where the target has no kernels, or no device is there. */
export function formCompiler(
  base: Form,
  products: "f32" | "bf16",
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): FormCompiler | undefined {
  const { environment, options } = run;
  const { target } = environment;
  const { device } = run;
  const compileRegions = target.compileRegions;
  if (compileRegions === undefined || device === undefined) return undefined;
  const name = products === "bf16" ? `bf16-${target.id}` : `${base.name}-${target.id}`;
  const measures = options.tune !== "off" && !options.reproducible && run.unrunnable === undefined;
  const effort = measures ? tuningEfforts[options.tune as keyof typeof tuningEfforts] : undefined;
  const setup: Omit<RegionSetup, "exact" | "effort" | "reporter"> = {
    device,
    isa: options.isa,
    cache,
    threads: threadsOf(options),
    ...workspaceOf(options),
    // Without --budget every layer was tried when the records were made.
    requireRecords: options.reproducible && options.tune !== "off" && options.budget === undefined,
    budgetMs: options.budget === undefined ? Infinity : parseDuration(options.budget),
    seed: options.seed,
    tool: version,
    signal: run.signal,
    control: run.control,
    ...(options.hot ? { timing: "hot" } : {}),
    ...(products === "bf16" ? { products } : {}),
  };
  const named = cloneModel(base.model);
  nameNodes(named);
  let compiles = 0;
  return {
    ...{ name, model: named, measures },
    compile: async ({ exact, excluded, trial }) => {
      const reporter = compiles++ === 0 ? run.reporter : withoutReplays(run.reporter);
      const model = cloneModel(named);
      inferTypes(model, { onConflict: "replace" });
      const how = { exact, excluded, effort: trial === undefined ? effort : undefined };
      const compiled = await compileRegions(model, { ...setup, ...how, reporter });
      if (compiled.regions.length === 0) return { compiled, form: undefined };
      // What may be a step off is judged like any other form that computes something else.
      const lossy = base.lossy || products === "bf16" || !compiled.exact;
      const form = makeForm(trial ?? name, model, input.signature, environment.temp.path, lossy);
      const preserves = products === "bf16" ? "noise" : compiled.exact ? "tolerance" : "accuracy";
      const found = trial === undefined ? await anyDifference(base, form, preserves, samples, run) : {};
      return { compiled, form, ...found };
    },
    report: (compiled) => ({ form: name, nodes: base.model.graph.nodeCount, ...compiled }),
  };
}

/** Tells what is tuned now, and not once more what was tuned before. */
function withoutReplays(reporter: Reporter): Reporter {
  return {
    handle: (event) => {
      const isOld =
        event.type === "tuning-replayed" ||
        (event.type === "tuning-finished" && event.result.source === "replayed") ||
        (event.type === "tuned" && event.replayed === event.workloads);
      if (!isOld) reporter.handle(event);
    },
  };
}

/** The scratch memory that is allowed, divided among the threads of a run. */
function workspaceOf(options: CompileOptions): Pick<RegionSetup, "workspace"> {
  const { maxWorkspace } = options;
  return maxWorkspace === undefined ? {} : { workspace: parseSize(maxWorkspace) / Math.max(...threadsOf(options)) };
}

/** {@link differenceFrom} for the form as it is, then with each of its lesser levels in place of the best. */
async function anyDifference(
  base: Form,
  { model }: Form,
  preserves: Preserves | "noise",
  samples: Samples | undefined,
  run: Run,
): Promise<FormDifference> {
  const best = await differenceFrom(base, model, preserves, samples, run);
  if (best.difference !== undefined) return best;
  for (const level of lesserLevels(model)) {
    const lesser = cloneModel(model);
    useLevel(lesser, level);
    const { difference } = await differenceFrom(base, lesser, preserves, samples, run);
    if (difference !== undefined) return { difference: `${level}: ${difference}` };
  }
  return best;
}
