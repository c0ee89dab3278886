import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ModelAccuracy } from "../src/index.ts";
import { compile, completeOptions, evaluateModels } from "../src/index.ts";
import { calibrationRows } from "./accuracy/calibration-rows.ts";
import { writeNumpy } from "./models/numpy.ts";
import { describeMachine } from "./machine.ts";
import { realSamples } from "./models/real-samples.ts";

/** Largest accepted loss of top-1 in points (± the paired interval), by model. */
const bounds: Readonly<Record<string, number>> = {
  squeezenet_fp32_from_winml: 1.0,
  "conv_mobilenet_v2_1.0_224_fp32_clean": 1.5,
  "conv_mobilenet_v1_0.5_160_fp32_clean": 1.5,
  vnn_resnet_4b: 0.7,
  conv_mlperf_resnet8: 0.7,
};

const usage = "npm run accuracy -- SHARED_FOLDER [--python VENV] [--filter RE] [--json FILE]";

/** INT8 against float on real pictures: files sorted, every fifth calibrates, the rest evaluates; optionally beside ONNX Runtime's quantizer. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { python: { type: "string" }, filter: { type: "string", default: "" }, json: { type: "string" } },
  });
  const [shared] = positionals;
  if (shared === undefined || !existsSync(join(shared, "models"))) {
    console.error(`usage: ${usage}`);
    process.exitCode = 2;
    return;
  }
  const results: Record<string, unknown>[] = [];
  let failed = 0;
  console.log("model | form | top-1 | change (95 %) | agreement | SQNR | verdict");
  const names = Object.keys(bounds).filter((key) => new RegExp(values.filter).test(key));
  for (const name of names) {
    const rows = await evaluate(name, shared, values.python);
    const verdict = judge(name, rows);
    if (verdict !== "ok") failed++;
    for (const row of rows) {
      console.log(printRow(name, row, row.name.startsWith("ours") ? verdict : ""));
      results.push({ model: name, ...row });
    }
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: await describeMachine(), rows: results }, null, 2)}\n`);
  console.log(`${names.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function evaluate(name: string, shared: string, python: string | undefined): Promise<readonly ModelAccuracy[]> {
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-accuracy-"));
  try {
    const file = join(shared, "models", `${name}.onnx`);
    const samples = realSamples(name, join(shared, "data"), folder);
    if (samples === undefined) throw new Error(`the data of ${name} is missing below ${shared}`);
    const options = completeOptions({
      ...samples,
      precision: "int8",
      tune: "off",
      maxDrop: "100%",
      calibSamples: 1_000_000,
      evalSamples: 1_000_000,
      output: join(folder, "ours.onnx"),
    });
    const setup = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
    const { report } = await compile(file, { ...options, evalSamples: 1 }, setup);
    if (report.output.form !== "int8") throw new Error(`${name}: ${report.choice.reason}`);
    const files = [file, join(folder, "ours.onnx")];
    if (python !== undefined) {
      const rows = await calibrationRows(file, options);
      writeNumpy(join(folder, "rows.npy"), rows.shape, rows.values);
      execFileSync(
        join(python, "bin", "python"),
        ["bench/peers/ort-quantize.py", file, join(folder, "rows.npy"), rows.input, folder],
        { stdio: ["ignore", "ignore", "inherit"] },
      );
      files.push(join(folder, "ort-minmax.onnx"), join(folder, "ort-percentile.onnx"));
    }
    return await evaluateModels(files, options, setup.signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function valueOf(row: ModelAccuracy, metric: string): number {
  return row.accuracy.find((entry) => entry.metric === metric)?.value ?? NaN;
}

/** The loss must be within the bound, the interval allowing; agreement and SQNR not below the better of the peers'. */
function judge(name: string, rows: readonly ModelAccuracy[]): string {
  const ours = rows[1] as ModelAccuracy;
  const change = ours.top1Change;
  const bound = (bounds[name] as number) / 100;
  if (change === undefined) return "FAILED: no labels";
  if (-change.difference > bound && -change.high > bound)
    return `FAILED: loses ${(-change.difference * 100).toFixed(2)} points, ${(bound * 100).toFixed(1)} are allowed`;
  for (const metric of ["agreement", "sqnr"]) {
    const best = Math.max(...rows.slice(2).map((row) => valueOf(row, metric)));
    if (best > valueOf(ours, metric))
      return `FAILED: ${metric} ${valueOf(ours, metric).toFixed(4)} is below ONNX Runtime's ${best.toFixed(4)}`;
  }
  return -change.difference > bound ? "ok within the interval" : "ok";
}

function printRow(model: string, row: ModelAccuracy, verdict: string): string {
  const percent = (value: number): string => (Number.isNaN(value) ? "-" : `${(value * 100).toFixed(2)} %`);
  const change = row.top1Change;
  const shown =
    change === undefined
      ? "-"
      : `${(change.difference * 100).toFixed(2)} (${(change.low * 100).toFixed(2)} to ${(change.high * 100).toFixed(2)})`;
  const sqnr = valueOf(row, "sqnr");
  return [
    model,
    row.name,
    percent(valueOf(row, "top1")),
    shown,
    percent(valueOf(row, "agreement")),
    Number.isNaN(sqnr) ? "-" : `${sqnr.toFixed(2)} dB`,
    verdict,
  ].join(" | ");
}

await main();
