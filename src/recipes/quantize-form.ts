import { existsSync, readFileSync } from "node:fs";
import type { Calibration, Exclusions, Observations, QuantizeOptions } from "../../passes/quantize/index.ts";
import {
  calibrate,
  calibrationGraphHash,
  checkCalibration,
  dialectOf,
  parseCalibration,
  printCalibration,
  quantize,
  selectForTarget,
} from "../../passes/quantize/index.ts";
import { raiseOpset } from "../../passes/convert-opset.ts";
import { dataHash } from "../data/index.ts";
import type { Dataset } from "../data/index.ts";
import { InferOptError, fail } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { quantDiagnostics } from "../diagnostics/codes/quant.ts";
import { scheduleDiagnostics } from "../diagnostics/codes/schedule.ts";
import { nextTurn } from "../events.ts";
import type { Model } from "../ir/index.ts";
import { cloneModel } from "../ir/index.ts";
import { inferTypes } from "../ops/index.ts";
import { coarseHistogram } from "../quant/index.ts";
import { runCheckedStage } from "../pipeline/index.ts";
import { counted } from "../report/index.ts";
import { calibrationHash, observedEarlier } from "./earlier-report.ts";
import type { Form } from "./form.ts";
import type { Input } from "./load-input.ts";
import { makeForm } from "./make-form.ts";
import type { Run } from "./run.ts";
import type { Samples } from "./samples.ts";
import { writeAtomically } from "./write-result.ts";

/** Least operator set with one scale per channel in Q/DQ. */
const QDQ_OPSET = 13;

/** What an INT8 form was made from, so that others can be made with fewer INT8 layers. */
export interface Int8Recipe {
  readonly base: Form;
  /** The float model as it was quantized: of the operator set that takes Q/DQ, types inferred. */
  readonly float: Model;
  readonly calibration: Calibration;
  readonly exclusions: Exclusions;
}

/** A form in INT8. */
export interface Int8Form extends Form {
  readonly recipe: Int8Recipe;
}

/** Ends a calibration that is not waited for. */
class StoppedCalibrating extends Error {}

/** The INT8 form; undefined when it is not asked for, or with a reported reason when it cannot be made. */
export async function addInt8Form(
  base: Form,
  input: Input,
  samples: Samples | undefined,
  run: Run,
): Promise<Int8Form | undefined> {
  const { options } = run;
  const data = samples?.calibration;
  if (options.precision === "fp32" || options.precision === "bf16") return undefined;
  if (data === undefined && options.calib === undefined) {
    const why =
      samples === undefined
        ? "the model is not run here"
        : "there is no calibration data (--calib-data, or --random-calib for a trial)";
    if (options.precision === "int8" && samples !== undefined)
      fail(
        configDiagnostics.conflict({ detail: `--precision int8: ${why}`, advice: "name samples with --calib-data" }),
      );
    run.note(`INT8 left out: ${why}`);
    return undefined;
  }
  if (samples?.isGenerated === true && options.randomCalib)
    run.note("calibrated on generated noise (--random-calib): accuracy on real data is unknown");
  const model = cloneModel(base.model);
  try {
    return await quantizeModel(model, base, input, data, run);
  } catch (error) {
    if (error instanceof StoppedCalibrating) {
      run.note("INT8 left out: stopped while calibrating");
      return undefined;
    }
    if (
      !(error instanceof InferOptError) ||
      options.strict ||
      error.diagnostic.exitCode === 2 ||
      error.diagnostic.exitCode === 6 ||
      options.calib !== undefined ||
      isAboutData(error)
    )
      throw error;
    run.diagnose({ ...error.diagnostic, severity: "warning" });
    run.quantization = { refused: error.diagnostic.message };
    return undefined;
  }
}

/** Samples that cannot be read are for the user to repair, whatever the precision: IO04xx, and IO01xx in files of tensors. */
function isAboutData({ diagnostic }: InferOptError): boolean {
  return /^IO0[14]/.test(diagnostic.code);
}

async function quantizeModel(
  model: Model,
  base: Form,
  input: Input,
  data: Dataset | undefined,
  run: Run,
): Promise<Int8Form | undefined> {
  const { options, environment } = run;
  const { facts } = run;
  const raised = raiseOpset(model, QDQ_OPSET);
  if (raised.kind === "refused") {
    const reason = raised.reasons.map(({ node, reason: why }) => `${node}: ${why}`).join("; ");
    run.note(`INT8 left out: opset ${QDQ_OPSET} is needed, and the model cannot be raised to it (${reason})`);
    run.quantization = { refused: reason };
    return undefined;
  }
  if (raised.kind === "raised")
    run.note(
      `opset ${raised.from} raised to ${raised.to}: scales per channel need it${raised.converted.length === 0 ? "" : ` (converted ${counted(raised.converted.length, "node")})`}`,
    );
  inferTypes(model);
  const exclusions = {
    nodesToExclude: options.nodesToExclude ?? "",
    opTypesToExclude: options.opTypesToExclude,
    outputsToExclude: [],
  };
  const selection = selectForTarget(model, facts, exclusions);
  if (![...selection.decisions.values()].some(({ state }) => state === "int8")) {
    const reasons = [...selection.decisions].map(([{ opType, name }, { reason }]) => ({
      node: `${opType} ${name}`,
      reason,
    }));
    run.note("INT8 left out: no node of the model can become INT8; the report lists why for each");
    run.quantization = { refused: "no node of the model can become INT8", floatNodes: reasons };
    return undefined;
  }
  const candidates: unknown[] = [];
  let seen: Observations | undefined;
  const found =
    (await knownCalibration(model, data, run)) ??
    (await calibrate(model, selection, {
      executor: environment.exact,
      judge: environment.fast,
      samples: withProgress(data as Dataset, run),
      dataHash: await hashOf(data as Dataset),
      method: options.calibMethod,
      dialect: dialectOf(facts),
      hasVnni: facts.hasVnni,
      signal: run.signal,
      nextTurn,
      observed: (all) => (seen = all),
      report: (candidate) => {
        candidates.push(candidate);
        run.note(
          `calibration ${candidate.method}${candidate.biasCorrection ? " with bias correction" : ""}: ${candidate.sqnrDb.toFixed(1)} dB on held-out samples`,
        );
      },
    }));
  if (!options.dryRun && !options.reproducible) writeAtomically(run.paths.calib, printCalibration(found));
  const float = cloneModel(model);
  const quantizeOptions: QuantizeOptions = { ...exclusions, calibration: found };
  const context = {
    target: facts,
    executor: environment.exact,
    signal: run.signal,
    reporter: run.reporter,
    disabled: new Set(options.skipPasses),
    maxRounds: 1,
  };
  const plan = { stage: "quantize" as const, steps: [{ pass: quantize as never, options: quantizeOptions }] };
  const before = run.refusals.length;
  const result = await runCheckedStage(model, plan, context, {
    mode: "none",
    strict: options.strict,
    checker: undefined,
    reason: "",
  });
  run.recordStage("quantize", result);
  const floatNodes = run.refusals.slice(before).map(({ node, reason }) => ({ node, reason }));
  run.quantization = {
    method: found.method,
    chosen: found.chosen,
    biasCorrection: Object.keys(found.means).length > 0,
    samples: found.samples,
    int8Nodes: result.changes,
    floatNodes,
    calibration: calibrationHash(found),
    ...(seen === undefined
      ? observedEarlier(run.paths.report, input.form.hash, found)
      : { candidates, activations: activationsOf(seen, found), observedAt: new Date().toISOString() }),
  };
  if (result.changes === 0) {
    run.note("INT8 left out: no node of the model can become INT8 (--explain-refusals lists why)");
    return undefined;
  }
  inferTypes(model, { onConflict: "replace" });
  const name = base.name === "pruned" ? "pruned-int8" : "int8";
  const form = makeForm(name, model, input.signature, environment.temp.path, true);
  // Its size and hash are made where somebody asks: the form is extended, not copied.
  return Object.assign(form, { recipe: { base, float, calibration: found, exclusions } });
}

/** What was observed of each value that has a range, for the report. */
function activationsOf({ histograms }: Observations, { ranges }: Calibration): readonly unknown[] {
  return Object.entries(ranges).flatMap(([value, range]) => {
    const histogram = histograms.get(value);
    const coarse = histogram === undefined ? undefined : coarseHistogram(histogram, range);
    return coarse === undefined ? [] : [{ value, low: range.min, high: range.max, ...coarse }];
  });
}

/** Ranges from `--calib`, or from an earlier run of the same model, data and method. */
async function knownCalibration(model: Model, data: Dataset | undefined, run: Run): Promise<Calibration | undefined> {
  const { options, paths } = run;
  const graph = calibrationGraphHash(model);
  if (options.calib !== undefined) {
    const given = parseCalibration(readText(options.calib), options.calib);
    checkCalibration(given, { graph, data: data === undefined ? undefined : await hashOf(data) }, options.calib);
    return given;
  }
  if (existsSync(paths.calib)) {
    try {
      const earlier = parseCalibration(readText(paths.calib), paths.calib);
      checkCalibration(
        earlier,
        { graph, data: data === undefined ? undefined : await hashOf(data), method: options.calibMethod },
        paths.calib,
      );
      run.note(`ranges from ${paths.calib}`);
      return earlier;
    } catch (error) {
      if (!(error instanceof InferOptError)) throw error;
      run.note(`${paths.calib} is made anew: ${error.diagnostic.message}`);
    }
  }
  if (options.reproducible)
    fail(
      scheduleDiagnostics.missingRecord(
        { what: "a calibration (.calib.json) of this model, data and method" },
        { file: paths.calib },
      ),
    );
  return undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return fail(quantDiagnostics.malformedCalibration({ file, detail: (error as Error).message }, { file }), error);
  }
}

async function hashOf(data: Dataset): Promise<string> {
  const hash = dataHash();
  for await (const sample of data.samples()) {
    await nextTurn();
    hash.add(sample);
  }
  return hash.digest();
}

/** The dataset with its reading reported, and the time left by the pace so far. */
function withProgress(data: Dataset, run: Run): Dataset {
  return {
    ...data,
    async *samples(positions) {
      const total = positions?.length ?? data.size;
      const start = performance.now();
      let done = 0;
      for await (const sample of data.samples(positions)) {
        yield sample;
        await run.control.whilePaused();
        if (run.control.isStopping) throw new StoppedCalibrating();
        done++;
        run.reporter.handle({
          type: "progress",
          phase: "calibration",
          done,
          total,
          etaMs: ((performance.now() - start) / done) * (total - done),
        });
      }
    },
  };
}
