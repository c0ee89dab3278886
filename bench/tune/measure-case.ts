import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compile, completeOptions } from "../../src/index.ts";
import type { CompileReport } from "../../src/index.ts";
import type { MeasurePolicy, SpeedRatio } from "../../src/measure/index.ts";
import { speedRatio, summarize } from "../../src/measure/index.ts";
import { startWorker, toWire } from "../../src/runtime/index.ts";
import type { PreparedCase, TuneCase } from "./cases.ts";

/** How models are tuned and raced. */
export interface MeasureSetup {
  readonly threads: readonly number[];
  readonly tune: "quick" | "default" | "extensive";
  readonly budget: string | undefined;
  readonly policy: MeasurePolicy;
  /** Python of the environment with onnxruntime and nncf; undefined leaves the peers out. */
  readonly python: string | undefined;
}

/** One model's race at one thread count. */
export interface ThreadTimes {
  readonly threads: number;
  readonly noise: number;
  readonly rounds: number;
  /** Least and median nanoseconds by contestant. */
  readonly times: Readonly<Record<string, { readonly minNs: number; readonly medianNs: number }>>;
  /** How many times faster than each other contestant what was written is. */
  readonly against: Readonly<Record<string, SpeedRatio>>;
}

/** What was found for one model. */
export interface TuneResult {
  readonly model: string;
  /** The form that was written. */
  readonly written: string;
  readonly tuning: CompileReport["formTuning"];
  readonly seconds: number;
  /** A second run wrote the same bytes and measured nothing. */
  readonly warm: { readonly seconds: number; readonly isSame: boolean; readonly measured: string };
  readonly threads: readonly ThreadTimes[];
  /** Why a contestant did not run. */
  readonly failures: Readonly<Record<string, string>>;
}

/** Tunes a model, and races what is written against the original, plain INT8 and the peers' INT8, in ONNX Runtime. */
export async function measureCase({ name, prepare }: TuneCase, setup: MeasureSetup): Promise<TuneResult> {
  const folder = mkdtempSync(join(tmpdir(), "bench-tune-"));
  try {
    const prepared = await prepare(folder);
    const written = join(folder, "written.onnx");
    const first = await tuneOnce(prepared, written, setup);
    const bytes = readFileSync(written);
    const again = await tuneOnce(prepared, written, setup);
    const failures: Record<string, string> = {};
    const peers = setup.python === undefined ? [] : await peerModels(prepared, join(folder), setup.python, failures);
    const models = [["written", written], ["original", prepared.original], ["int8", prepared.int8], ...peers] as const;
    const threads: ThreadTimes[] = [];
    for (const count of setup.threads) threads.push(await raceModels(models, count, prepared, setup.policy, failures));
    return {
      ...{ model: name, written: first.report.output.form, tuning: first.report.formTuning, seconds: first.seconds },
      warm: {
        seconds: again.seconds,
        isSame: bytes.equals(readFileSync(written)),
        measured: again.report.choice.measured,
      },
      ...{ threads, failures },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tuneOnce(
  { original, options }: PreparedCase,
  output: string,
  { tune, threads, budget }: MeasureSetup,
): Promise<{ readonly report: CompileReport; readonly seconds: number }> {
  const start = performance.now();
  const given = { ...options, precision: "auto", tune, threads, output, target: "onnxruntime" };
  const limited = budget === undefined ? given : { ...given, budget };
  const silent = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
  const { report } = await compile(original, completeOptions(limited as never), silent);
  return { report, seconds: (performance.now() - start) / 1000 };
}

type NamedFile = readonly [name: string, file: string];

/** INT8 models of ONNX Runtime's own quantizer and of NNCF's ONNX backend, on the samples that ours was calibrated on. */
async function peerModels(
  { original, samples }: PreparedCase,
  folder: string,
  python: string,
  failures: Record<string, string>,
): Promise<readonly NamedFile[]> {
  if (samples === undefined) return [];
  const run = promisify(execFile);
  const nncf = join(folder, "nncf.onnx");
  const jobs = [
    { name: "ort", script: "ort-quantize.py", output: folder, model: join(folder, "ort-minmax.onnx") },
    { name: "nncf", script: "nncf-onnx.py", output: nncf, model: nncf },
  ];
  const made: NamedFile[] = [];
  for (const { name, script, output, model } of jobs)
    try {
      const args = [join("bench", "peers", script), original, samples.file, samples.input, output];
      await run(python, args, { maxBuffer: 1 << 26 });
      made.push([name, model]);
    } catch (error) {
      failures[name] = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1) ?? String(error);
    }
  return made;
}

async function raceModels(
  models: readonly NamedFile[],
  threads: number,
  { feeds }: PreparedCase,
  policy: MeasurePolicy,
  failures: Record<string, string>,
): Promise<ThreadTimes> {
  const worker = startWorker();
  const wire = toWire(feeds);
  try {
    const forms: { name: string; session: number; feeds: typeof wire }[] = [];
    for (const [name, model] of models)
      try {
        const settings = { optimization: "all", threads } as const;
        const { session } = await worker.request({ op: "open", model, settings });
        await worker.request({ op: "run", session, feeds: wire, wanted: undefined });
        forms.push({ name, session, feeds: wire });
      } catch (error) {
        failures[name] = error instanceof Error ? error.message : String(error);
      }
    const { names, rounds, noise } = await worker.request({ op: "race", forms, policy, seed: 0 });
    const columns = new Map(names.map((name, i) => [name, rounds.map((round) => round[i] as readonly number[])]));
    const mine = columns.get("written") ?? [];
    const times = [...columns].map(([name, column]) => {
      const { minNs, medianNs } = summarize(column.flat());
      return [name, { minNs, medianNs }] as const;
    });
    const others = [...columns].filter(([name]) => name !== "written");
    return {
      ...{ threads, noise, rounds: rounds.length, times: Object.fromEntries(times) },
      against: Object.fromEntries(others.map(([name, column]) => [name, speedRatio(column, mine)])),
    };
  } finally {
    worker.stop();
  }
}
