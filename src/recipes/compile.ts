import type { CompileOptions } from "../config/index.ts";
import type { CheckReport, CompileReport, Reporter, RunControl } from "../events.ts";
import { fail, InferOptError } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { dataDiagnostics } from "../diagnostics/codes/data.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import { version } from "../version.ts";
import { checkAskedLevels } from "./regions/asked-levels.ts";
import type { Decision } from "./proof/decision.ts";
import { decide } from "./proof/decide.ts";
import { openEnvironment, runtimeText } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { checkFollowUps, gateWritten, packageWritten } from "./follow-ups.ts";
import type { Form } from "./form.ts";
import { addJudgedInt8 } from "./accuracy/judged-int8.ts";
import { loadInput } from "./load-input.ts";
import type { Input } from "./load-input.ts";
import { countOperators } from "./make-form.ts";
import { outputPaths, requireFile, requireWritable } from "./paths.ts";
import { deviceOfRecords } from "./proof/proof-records.ts";
import { prunedHolds } from "./accuracy/judge-pruned.ts";
import { addPrunedForm } from "./prune-form.ts";
import { addRegionForm, floatProducts } from "./regions/region-form.ts";
import { rewriteFloat } from "./rewrite-float.ts";
import type { Run } from "./run.ts";
import { startRun } from "./run.ts";
import { openSamples } from "./samples.ts";
import type { Samples } from "./samples.ts";
import { openScheduleCache } from "./schedule-file.ts";
import { writtenBytes } from "./stamp.ts";
import { addTunedForm } from "./precision/tune-precision.ts";
import { adviseSession } from "./precision/tune-session.ts";
import { unlessItFails } from "./unless-it-fails.ts";
import { writeResult } from "./write-result.ts";

/** How a compile reports, and is stopped or led. */
export interface CompileSetup {
  readonly reporter: Reporter;
  /** Ends the compile at once; it rejects. */
  readonly signal: AbortSignal;
  /** Pauses, and the end of all search; nobody asks for either by default. */
  readonly control?: RunControl;
}

/** How a compile ended. */
export interface CompileResult {
  readonly exitCode: number;
  readonly report: CompileReport;
}

/**
 * The main job: load, simplify and fuse, prune, quantize, time the forms against each other, choose, write, prove.
 * Throws InferOptError when nothing could be written; an unmet constraint is exit code 3 with the best form written.
 */
export async function compile(file: string, options: CompileOptions, setup: CompileSetup): Promise<CompileResult> {
  requireFile(file);
  const paths = outputPaths(file, options.output, options.records);
  if (!options.dryRun) requireWritable(paths.folder);
  if (!options.dryRun && options.dumpIr !== undefined) requireWritable(options.dumpIr);
  const environment = await openEnvironment(options, setup.signal);
  try {
    checkAskedLevels(options, environment.target);
    await checkFollowUps(options);
    const run = startRun(options, paths, environment, setup);
    const cache = openScheduleCache(run);
    const input = await run.phase("load", () => loadInput(file, run));
    if (options.reproducible) {
      run.device = deviceOfRecords(cache, input, options) ?? run.device;
      run.facts = environment.target.facts(run.device);
    }
    const samples = await sampleWhereRunnable(input, run);
    if (run.control.isStopping) fail(configDiagnostics.stoppedEarly({}));
    const float = await run.phase("simplify and fuse", () => rewriteFloat(input, samples, run));
    const forms: Form[] = [input.form, ...float];
    const base = float.find((form) => form.mustPay !== true) ?? input.form;
    const pruned =
      options.sparsity === undefined || run.control.isStopping
        ? undefined
        : await run.phase("prune", () => addPrunedForm(base, input, run));
    if (pruned !== undefined) forms.push(pruned);
    const holds = pruned !== undefined && (await prunedHolds(pruned, input, samples, cache, run));
    const int8 = await addJudgedInt8(forms, holds ? pruned : base, input, samples, cache, run);
    const tuned = int8 === undefined ? undefined : await addTunedForm(int8, input, samples, cache, run);
    if (tuned !== undefined) forms.push(tuned);
    const lowest = holds ? pruned : base;
    const compilable = [
      ...floatProducts(run).map((products) => ({ form: lowest, products })),
      ...(int8 === undefined ? [] : [{ form: int8, products: "f32" as const }]),
    ];
    for (const { form, products } of environment.target.compileRegions === undefined ? [] : compilable) {
      if (run.control.isStopping) break;
      const what = products === "bf16" ? `${form.name} in bfloat16` : form.name;
      const compiled = await run.phase(`compile regions of ${what}`, () =>
        unlessItFails(() => addRegionForm(form, products, input, samples, cache, run), run),
      );
      if (compiled !== undefined) forms.push(compiled);
    }
    if (run.control.isStopping) {
      if (forms.length === 1) fail(configDiagnostics.stoppedEarly({}));
      run.note("stopped on request: what was found until then is proven and written");
    }
    const decision = await run.phase("choose", () => decide(forms, input, samples, cache, run));
    const chosen = forms.find((form) => form.name === decision.choice.name) as Form;
    await adviseSession(chosen, decision, samples, cache, run);
    const written = await run.phase("write", () => writeResult(chosen, input, run));
    const { unmet } = decision.choice;
    if (unmet !== undefined) run.diagnose(configDiagnostics.constraintUnmet({ detail: unmet }));
    const checks = await gateWritten(written.file, run);
    await packageWritten(written.file, chosen, run);
    const report = makeReport(input, forms, chosen, decision, { ...written, checks }, run);
    written.writeReport(report);
    setup.reporter.handle({ type: "finished", report });
    return { exitCode: unmet === undefined && checks.every(({ ok }) => ok) ? 0 : 3, report };
  } finally {
    environment.close();
  }
}

/** Samples, unless the model cannot be run here: then the reason is reported once and checks and timing are left out. */
async function sampleWhereRunnable(input: Input, run: Run): Promise<Samples | undefined> {
  if (run.environment.missing !== undefined && (run.options.tune !== "off" || run.options.check !== "none")) {
    if (run.options.precision === "int8")
      fail(runtimeDiagnostics.targetUnavailable({ target: run.options.target, missing: run.environment.missing }));
    run.cannotRun(run.environment.missing);
    return undefined;
  }
  if (input.unrunnable !== undefined) {
    run.cannotRun(input.unrunnable);
    return undefined;
  }
  try {
    const samples = await openSamples(input.model, run.options);
    for (const note of samples.notes) run.note(note);
    return samples;
  } catch (error) {
    const diagnostic = error instanceof InferOptError ? error.diagnostic : undefined;
    if (diagnostic?.code !== dataDiagnostics.notGenerated.entry.code) throw error;
    run.cannotRun(`${diagnostic.message} (${diagnostic.hint})`);
    return undefined;
  }
}

function makeReport(
  input: Input,
  forms: readonly Form[],
  chosen: Form,
  { choice, forms: formReports, constraints, machine, measuredAt }: Decision,
  written: {
    readonly file: string | undefined;
    readonly bytes: number;
    /** Those by the baseline. */
    readonly checks: readonly CheckReport[];
  },
  run: Run,
): CompileReport {
  const { environment, options } = run;
  return {
    tool: "infer-opt",
    version,
    model: {
      file: input.file,
      hash: input.form.hash,
      bytes: input.form.bytes,
      nodes: input.form.nodes,
      opset: input.opset,
    },
    output: {
      file: written.file,
      form: chosen.name,
      bytes: written.bytes,
      nodes: chosen.nodes,
      opset: chosen.model.opsets.get("") ?? 0,
    },
    target: targetReport(environment),
    options: { ...options },
    seed: options.seed,
    stages: run.stages,
    operators: { before: input.operators, after: countOperators(chosen.model) },
    quantization: run.quantization,
    ...(Object.keys(run.formTuning).length === 0 ? {} : { formTuning: run.formTuning }),
    ...(run.layerAccuracy === undefined ? {} : { layerAccuracy: run.layerAccuracy }),
    pruning: run.pruning,
    tuning: run.history.read(),
    regions: run.regions,
    forms: forms.map((form) => ({
      ...(formReports.find((report) => report.name === form.name) ?? untold(form)),
      bytes: form === chosen ? written.bytes : writtenBytes(form, options),
    })),
    choice: {
      ...{ form: chosen.name, reason: choice.reason, measured: choice.measured },
      ...(measuredAt === undefined ? {} : { measuredAt }),
    },
    ...{ objective: options.objective, constraints, noise: run.noise },
    ...(options.baseline === undefined ? {} : { baseline: { file: options.baseline, checks: written.checks } }),
    ...(machine === undefined || Object.keys(machine).length === 0 ? {} : { machine }),
    refusals: run.refusals,
    problems: run.problems,
    notes: run.notes,
    phases: run.phases,
  };
}

function untold({ name, nodes }: Form): Decision["forms"][number] {
  return { name, nodes, timings: [], accuracy: [], verdict: "" };
}

function targetReport(environment: Environment): CompileReport["target"] {
  const { device } = environment;
  const runtime = runtimeText(device?.toolchain ?? {});
  return { id: environment.target.id, device: device?.summary ?? "not found", runtime };
}
