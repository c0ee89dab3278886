import type { CompileOptions } from "../config/index.ts";
import { parseShape } from "../config/index.ts";
import type { Dataset, InputSpec } from "../data/index.ts";
import {
  dataHash,
  fitsInput,
  openDataset,
  parsePreprocess,
  randomDataset,
  splitEveryFifth,
  spread,
} from "../data/index.ts";
import { fail } from "../diagnostics/index.ts";
import { opsDiagnostics } from "../diagnostics/codes/ops.ts";
import { nextTurn } from "../events.ts";
import type { Model } from "../ir/index.ts";
import { printType } from "../ir/index.ts";
import type { Feeds } from "../pipeline/index.ts";
import { hashJson } from "../schedule/index.ts";

/** The samples a compile uses, each part for its purpose. */
export interface Samples {
  /** For numeric checks and timing: a few real ones where there are any, else generated. */
  readonly check: Dataset;
  /** For ranges; undefined when there is neither data nor leave to generate it. */
  readonly calibration: Dataset | undefined;
  /** For accuracy: never the samples that calibrated. */
  readonly evaluation: Dataset | undefined;
  readonly isGenerated: boolean;
  /** What of the data may surprise. */
  readonly notes: readonly string[];
}

/** Samples of generated noise for calibration. */
const RANDOM_SAMPLES = 32;

/** Samples for a numeric check: enough to meet different values, few enough to stay quick. */
const CHECK_SAMPLES = 3;

/** Shapes given with `--shape` and `--sample-shape`, by input. Throws IO0210 where a sample's cannot be the input's. */
function givenShapes(options: CompileOptions, inputs: readonly InputSpec[]): ReadonlyMap<string, readonly number[]> {
  const samples = options.sampleShape.map(parseShape);
  for (const { name, dims } of samples) {
    const input = inputs.find((candidate) => candidate.name === name);
    const known = inputs.map((candidate) => `"${candidate.name}"`).join(", ");
    if (input === undefined)
      fail(opsDiagnostics.badBinding({ input: name, detail: `the model has no such input; it has ${known}` }));
    if (!fitsInput(dims, input))
      fail(opsDiagnostics.badBinding({ input: name, detail: `it takes ${printType(input.type)}` }));
  }
  return new Map([...options.shape.map(parseShape), ...samples].map(({ name, dims }) => [name, dims]));
}

/** Number of classes: the last dimension of the only two-dimensional float output, where it is static. */
function classesOf(model: Model): number | undefined {
  const [output] = model.graph.outputs;
  const type = output?.type;
  const last = type?.kind === "tensor" ? type.shape?.findLast((dim) => dim !== 1) : undefined;
  return typeof last === "number" ? last : undefined;
}

/** Opens the data that the options name for the inputs of a model; without `--eval-data`, every fifth sample calibrates and the rest evaluates. */
export async function openSamples(model: Model, options: CompileOptions): Promise<Samples> {
  const inputs: readonly InputSpec[] = model.graph.inputs.filter((input) => input.constant === undefined);
  const shapes = givenShapes(options, inputs);
  const generate = (): Dataset => randomDataset(model.graph, { seed: options.seed, size: RANDOM_SAMPLES, shapes });
  const settings = { preprocess: parsePreprocess(options.preprocess), classes: classesOf(model) };
  const given = options.calibData === undefined ? undefined : await openDataset(options.calibData, inputs, settings);
  const separate = options.evalData === undefined ? undefined : await openDataset(options.evalData, inputs, settings);
  const notes = [...new Set([given, separate].flatMap((data) => data?.notes ?? []))];
  if (given === undefined) {
    const calibration = options.randomCalib ? generate() : undefined;
    const evaluation = separate ?? calibration;
    return {
      check: spread(separate ?? generate(), CHECK_SAMPLES),
      calibration,
      evaluation: limited(evaluation, options.evalSamples),
      isGenerated: separate === undefined,
      notes,
    };
  }
  const split = separate === undefined && given.size >= 5 ? splitEveryFifth(given) : undefined;
  return {
    check: spread(given, CHECK_SAMPLES),
    calibration: spread(split?.calibration ?? given, options.calibSamples),
    evaluation: limited(separate ?? split?.evaluation ?? given, options.evalSamples),
    isGenerated: false,
    notes,
  };
}

function limited(dataset: Dataset | undefined, count: number): Dataset | undefined {
  return dataset === undefined ? undefined : spread(dataset, count);
}

/** Hash of what accuracy is measured on: the samples in their order, and their labels. */
export async function evaluationHash(data: Dataset): Promise<string> {
  const samples = dataHash();
  const labels: (number | null)[] = [];
  for await (const sample of data.samples()) {
    await nextTurn();
    samples.add(sample);
    labels.push(sample.label ?? null);
  }
  return hashJson({ samples: samples.digest(), labels });
}

/** All feeds of a small dataset. */
export async function readFeeds(dataset: Dataset): Promise<readonly Feeds[]> {
  const feeds: Feeds[] = [];
  for await (const sample of dataset.samples()) {
    await nextTurn();
    feeds.push(sample.feeds);
  }
  return feeds;
}
