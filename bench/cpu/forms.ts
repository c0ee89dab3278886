import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { CompileEvent, Reporter, UserOptions } from "../../src/index.ts";
import { compile, completeOptions, version } from "../../src/index.ts";
import { dtypes } from "../../src/ir/index.ts";
import { loadModel, saveModel, savedBytes } from "../../src/onnx/index.ts";
import { bindShapes, inferTypes } from "../../src/ops/index.ts";
import { restoreSignature, signatureOf } from "../../src/pipeline/index.ts";
import { nameNodes } from "../../src/recipes/name-nodes.ts";
import type { ScheduleCache, TuningEffort } from "../../src/schedule/index.ts";
import type { CompiledRegions, Device } from "../../targets/index.ts";
import { targets } from "../../targets/index.ts";
import { writeNumpy } from "../../scripts/models/numpy.ts";
import { writeNetwork } from "../networks/index.ts";
import type { BenchModel } from "./models.ts";
import { sampleInput } from "./pictures.ts";
import type { FeedFile } from "./runner.ts";

/** Samples that ranges are taken from, and that outputs are compared on. */
const SAMPLES = 8;
/** All of them, below the folder of the forms. */
const SAMPLES_FILE = "samples.npy";

/** The files of one network that need no kernels: what is compared, and its inputs. */
export interface PlainForms {
  /** As published, open dimensions pinned where needed. */
  readonly original: string;
  /** Simplified and fused by us, in float32. */
  readonly float: string;
  /** Quantized by us: QDQ, whatever its accuracy. */
  readonly qdq: string;
  readonly samples: readonly FeedFile[];
}

/** A model with compiled regions. */
export interface RegionForm {
  readonly file: string;
  readonly compiled: CompiledRegions;
  /** Bytes that it is larger than the file it was made from. */
  readonly addedBytes: number;
  /** The tuner's totals; undefined when it had nothing to do. */
  readonly tuned: Extract<CompileEvent, { type: "tuned" }> | undefined;
  readonly seconds: number;
}

/** Writes the plain forms of a network to `folder`. Throws where it cannot be quantized. */
export async function makePlainForms(model: BenchModel, shared: string, folder: string): Promise<PlainForms> {
  const source =
    model.shared === undefined ? await writeNetwork(model.name, folder) : join(shared, `${model.shared}.onnx`);
  const input = await inputName(source);
  const original = model.isPinned === true ? join(folder, "original.onnx") : source;
  if (model.isPinned === true) {
    const { model: loaded } = await loadModel(source);
    bindShapes(loaded, new Map([[input, model.shape]]));
    await saveModel(loaded, original);
  }
  const samples = writeSamples(model, input, folder);
  const common = {
    target: "onnxruntime",
    tune: "off",
    check: "none",
    sampleShape: [`${input}:${model.shape.join("x")}`],
  };
  const make = async (name: string, options: UserOptions): Promise<string> => {
    const output = join(folder, `${name}.onnx`);
    const setup = { reporter: silent, signal: new AbortController().signal };
    const { report } = await compile(original, completeOptions({ ...common, ...options, output } as never), setup);
    if (options.precision === "int8" && report.output.form !== "int8")
      throw new Error(`not quantized: ${report.choice.reason}; ${report.notes.join("; ")}`);
    return output;
  };
  return {
    original,
    samples,
    float: await make("float", { precision: "fp32" }),
    qdq: await make("int8", calibrationOptions(folder)),
  };
}

/** The samples of a network whose forms are in a folder, as one array. */
export function samplesFile(folder: string): string {
  return join(folder, SAMPLES_FILE);
}

/** How a network is quantized on the samples in a folder. Accuracy is not what is compared: any loss of it is accepted. */
export function calibrationOptions(folder: string): UserOptions {
  const data = samplesFile(folder);
  return {
    ...{ precision: "int8", calibData: data, evalData: data, calibMethod: "minmax", calibSamples: SAMPLES },
    ...{ evalSamples: 1, metric: "agreement", maxDrop: "100%" },
  };
}

const silent: Reporter = { handle: () => undefined };

async function inputName(file: string): Promise<string> {
  const { model } = await loadModel(file);
  const inputs = model.graph.inputs.filter(({ constant }) => constant === undefined);
  if (inputs.length !== 1) throw new Error(`${file} has ${inputs.length} inputs`);
  return (inputs[0] as { name: string }).name;
}

/** Each sample as a file of its own, and all of them as an array for calibration. */
function writeSamples({ shape, input: kind }: BenchModel, name: string, folder: string): readonly FeedFile[] {
  const values = Array.from({ length: SAMPLES }, (_, seed) => sampleInput(shape, kind, seed + 1));
  const files = values.map((sample, index): FeedFile => {
    const file = join(folder, `sample-${index}.bin`);
    writeFileSync(file, new Uint8Array(sample.buffer));
    return { name, shape, file };
  });
  const bytes = Buffer.concat(files.map(({ file }) => readFileSync(file)));
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / (dtypes.float32.bits / 8));
  writeNumpy(samplesFile(folder), [SAMPLES, ...shape.slice(1)], all);
  return files;
}

/** What regions are compiled with. */
export interface RegionOptions {
  readonly cache: ScheduleCache;
  readonly effort: TuningEffort | undefined;
  readonly device: Device;
  /** Forbids kernels whose quantized results may be a step off. */
  readonly exact?: boolean;
  /** Nodes that stay plain, with the reason. */
  readonly excluded?: ReadonlyMap<string, string>;
}

/** Compiles the regions of a file into another one; no region is a form too. */
export async function makeRegionForm(file: string, output: string, options: RegionOptions): Promise<RegionForm> {
  const target = targets.find(({ id }) => id === "cpu");
  if (target?.compileRegions === undefined) throw new Error("the cpu target has no kernels");
  const { model } = await loadModel(file);
  const signature = signatureOf(model);
  const before = savedBytes(model);
  nameNodes(model);
  inferTypes(model, { onConflict: "replace" });
  let tuned: RegionForm["tuned"];
  const start = performance.now();
  const compiled = await target.compileRegions(model, {
    ...{ cache: options.cache, effort: options.effort, device: options.device.fingerprint },
    ...{
      threads: [1, availableParallelism()],
      budgetMs: Infinity,
      exact: options.exact ?? false,
      excluded: options.excluded ?? new Map<string, string>(),
      seed: 0,
      tool: version,
      signal: new AbortController().signal,
    },
    reporter: { handle: (event) => (event.type === "tuned" ? (tuned = event) : undefined) },
  });
  const seconds = (performance.now() - start) / 1000;
  restoreSignature(signature, model);
  await saveModel(model, output);
  return { file: output, compiled, addedBytes: savedBytes(model) - before, tuned, seconds };
}
