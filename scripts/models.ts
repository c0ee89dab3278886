import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchResult, CompileOptions, CompileReport, ModelComparison, UserOptions } from "../src/index.ts";
import { InferOptError, benchModels, compareModels, compile, completeOptions } from "../src/index.ts";
import { describeMachine } from "./machine.ts";
import { realSamples } from "./models/real-samples.ts";

type Speed = BenchResult["runs"][number]["rows"][number]["speed"];

/** What became of one model. */
interface Row {
  readonly model: string;
  readonly passed: boolean;
  readonly outcome: string;
  readonly form?: string;
  readonly nodes?: readonly [number, number];
  readonly bytes?: readonly [number, number];
  readonly sqnrDb?: number | string;
  readonly speed?: Speed | "same" | "not measured";
  readonly seconds: number;
}

/** Models that must be refused with one clear error and nothing written. */
const refused = new Set(["lfs_pointer", "trt_bad_parallel"]);

/** Samples on which original and result are compared. */
const COMPARED_SAMPLES = 4;

/** Least speed against the original, ratio of minima of interleaved runs. */
const LEAST_SPEED = 0.98;

const usage =
  "npm run models -- FOLDER [--target onnxruntime|cpu] [--precision fp32|int8] [--filter RE] [--tune quick|default] [--threads N] [--json FILE]";

/** Runs every model of a folder through `optimize` and checks what came out against the original, in a table. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      target: { type: "string", default: "onnxruntime" },
      precision: { type: "string", default: "fp32" },
      filter: { type: "string", default: "" },
      tune: { type: "string", default: "quick" },
      threads: { type: "string", default: "1" },
      json: { type: "string" },
    },
  });
  const [folder] = positionals;
  if (folder === undefined || !existsSync(folder)) {
    console.error(`usage: ${usage}`);
    process.exitCode = 2;
    return;
  }
  const only = new RegExp(values.filter);
  const files = listModels(folder).filter((file) => only.test(file));
  const shapes = knownShapes(folder);
  const base = {
    target: values.target,
    precision: values.precision,
    tune: values.tune,
    threads: values.threads.split(",").map(Number),
  } as UserOptions;
  const rows: Row[] = [];
  console.log(["model", "form", "nodes", "bytes", "SQNR", "speed (95 %)", "s", "outcome"].join(" | "));
  for (const file of files) {
    const row = await runModel(file, base, shapes.get(file) ?? [], join(folder, "..", "data"));
    rows.push(row);
    console.log(printRow(row));
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: await describeMachine(), rows }, null, 2)}\n`);
  const failed = rows.filter((row) => !row.passed);
  for (const row of failed) console.log(`FAILED ${row.model}: ${row.outcome}`);
  console.log(`${rows.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function listModels(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".onnx"))
    .sort()
    .map((name) => join(folder, name));
}

/** Shapes that models.json notes for inputs whose dimensions are open, as `--sample-shape` takes them. */
function knownShapes(folder: string): ReadonlyMap<string, readonly string[]> {
  const index = join(folder, "models.json");
  if (!existsSync(index)) return new Map();
  const entries = JSON.parse(readFileSync(index, "utf8")) as readonly {
    readonly file: string;
    readonly ranShapes: Record<string, number[]> | null;
  }[];
  return new Map(
    entries.map(({ file, ranShapes }) => [
      join(folder, file),
      Object.entries(ranShapes ?? {}).map(([name, dims]) => `${name}:${dims.join("x")}`),
    ]),
  );
}

async function runModel(file: string, base: UserOptions, sampleShape: readonly string[], data: string): Promise<Row> {
  const name = basename(file, ".onnx");
  const out = mkdtempSync(join(tmpdir(), "infer-opt-models-"));
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  try {
    const samples = realSamples(name, data, out);
    const shared: UserOptions = { ...base, sampleShape: [...sampleShape], ...samples };
    const generated = samples === undefined && base.precision === "int8" ? { randomCalib: true } : {};
    const options = completeOptions({
      ...shared,
      ...generated,
      calibSamples: 40,
      evalSamples: 40,
      output: join(out, "result"),
    });
    const silent = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
    const { exitCode, report } = await compile(file, options, silent);
    if (refused.has(name))
      return { model: name, passed: false, outcome: "was accepted, but is malformed", seconds: seconds() };
    return {
      ...(await judge(
        name,
        file,
        report,
        exitCode,
        completeOptions({ ...shared, evalSamples: COMPARED_SAMPLES }),
        base.precision === "int8",
      )),
      seconds: seconds(),
    };
  } catch (error) {
    if (!(error instanceof InferOptError))
      return {
        model: name,
        passed: false,
        outcome: error instanceof Error ? (error.stack ?? error.message) : String(error),
        seconds: seconds(),
      };
    const { code, message, exitCode } = error.diagnostic;
    const clean = refused.has(name) && exitCode === 1 && !existsSync(join(out, "result"));
    return { model: name, passed: clean, outcome: `${code}: ${message} (exit ${exitCode})`, seconds: seconds() };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function judge(
  name: string,
  file: string,
  report: CompileReport,
  exitCode: number,
  options: ReturnType<typeof completeOptions>,
  isInt8: boolean,
): Promise<Omit<Row, "seconds">> {
  const output = report.output.file as string;
  const row = {
    model: name,
    form: report.output.form,
    nodes: [report.model.nodes, report.output.nodes] as const,
    bytes: [report.model.bytes, report.output.bytes] as const,
  };
  if (exitCode !== 0) return { ...row, passed: false, outcome: `exit code ${exitCode}` };
  // Kernels may be a step off where they replace the operators of a model that came quantized.
  const cameQuantized = "QuantizeLinear" in report.operators.before;
  const isQuantized = cameQuantized
    ? options.target !== "onnxruntime"
    : "DequantizeLinear" in report.operators.after || row.form.includes("int8");
  // Another spelling that was timed and is faster may pad, slice and transpose.
  const isSpelled = row.form === "tuned" && report.formTuning?.precision?.rewrites?.some(({ taken }) => taken) === true;
  if (!isQuantized && !isSpelled && row.nodes[1] > row.nodes[0])
    return { ...row, passed: false, outcome: "more nodes than before" };
  if (report.problems.some(({ code }) => code === "IO0706"))
    return { ...row, speed: "not measured", passed: true, outcome: `not measured: ${report.choice.reason}` };
  const comparison = await compareModels(file, output, options, new AbortController().signal);
  const sqnrDb = comparison.outputs.reduce((least, { sqnrDb: db }) => Math.min(least, db), Infinity);
  const wrong = isQuantized ? undefined : comparison.outputs.find(({ verdict }) => verdict === "mismatch");
  const measured = { ...row, sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : "exact" };
  if (wrong !== undefined) return { ...measured, passed: false, outcome: `output "${wrong.name}": ${wrong.detail}` };
  const missing = missingOutputs(report, comparison);
  if (row.form === "original")
    return { ...measured, speed: "same", passed: true, outcome: `unchanged: ${report.choice.reason}${missing}` };
  const speed = await timeAgainst(file, output, options);
  if (speed === undefined) return { ...measured, passed: false, outcome: "no timing" };
  const slow = isSlower(speed);
  const why =
    isInt8 && !isQuantized
      ? `; ${report.forms.find(({ name: form }) => form === "int8")?.verdict ?? report.notes.find((note) => note.startsWith("INT8")) ?? refusal(report)}`
      : "";
  return { ...measured, speed, passed: !slow, outcome: `${slow ? "slower than the original" : "ok"}${why}${missing}` };
}

/**
 * Below the bound by the minima and by pairs of the same rounds, and surely not as fast: other work on the machine bends
 * one of the two, and widens the interval, but makes no form slower than another.
 */
function isSlower({ ratio, paired, pairedHigh }: NonNullable<Speed>): boolean {
  return ratio < LEAST_SPEED && paired < LEAST_SPEED && pairedHigh < 1;
}

/** Speed of the result against the original. A figure below the bound is measured again, longer: a busy machine bends short races. */
async function timeAgainst(file: string, output: string, options: CompileOptions): Promise<Speed | undefined> {
  const setup = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
  let speed: Speed | undefined;
  for (const tune of [options.tune, "default", "extensive"] as const) {
    const bench = await benchModels([file, output], { ...options, tune, budget: "60s" }, setup);
    speed = bench.runs[0]?.rows[1]?.speed;
    if (speed === undefined || !isSlower(speed)) break;
  }
  return speed;
}

/** Outputs that onnxruntime-node cannot return, and that were therefore compared by the interpreter or not at all. */
function missingOutputs(report: CompileReport, comparison: ModelComparison): string {
  const note = report.notes.find((text) => text.startsWith("not comparable"));
  return note === undefined || comparison.outputs.length === 0 ? "" : `; ${note}`;
}

/** Why there is no INT8 form, from the report. */
function refusal(report: CompileReport): string {
  const { refused } = (report.quantization ?? {}) as { readonly refused?: string };
  return `no INT8 form: ${refused ?? "no reason given"}`;
}

function printRow({ model, form, nodes, bytes, sqnrDb, speed, seconds, outcome }: Row): string {
  const shown =
    speed === undefined
      ? ""
      : typeof speed === "string"
        ? speed
        : `${speed.ratio.toFixed(3)}x (${speed.low.toFixed(3)} to ${speed.high.toFixed(3)}), paired ${speed.paired.toFixed(3)}x`;
  return [
    model,
    form ?? "",
    nodes?.join(" -> ") ?? "",
    bytes?.join(" -> ") ?? "",
    typeof sqnrDb === "number" ? `${sqnrDb.toFixed(1)} dB` : (sqnrDb ?? ""),
    shown,
    seconds.toFixed(1),
    outcome.split("\n", 1)[0],
  ].join(" | ");
}

await main();
