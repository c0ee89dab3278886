import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { UserOptions } from "../../src/index.ts";
import { compile, completeOptions } from "../../src/index.ts";
import { randomDataset } from "../../src/data/index.ts";
import type { RuntimeValue } from "../../src/ir/index.ts";
import { tensorFromBytes } from "../../src/ir/index.ts";
import { loadModel } from "../../src/onnx/index.ts";
import { calibrationOptions, makePlainForms, samplesFile } from "../cpu/forms.ts";
import { benchModels } from "../cpu/models.ts";

/** A model to tune, and how it is quantized. */
export interface TuneCase {
  readonly name: string;
  /** Makes what is compared: files in `folder`. Throws for a model that cannot be quantized. */
  prepare(folder: string): Promise<PreparedCase>;
}

/** The files of one model, and one input. */
export interface PreparedCase {
  readonly original: string;
  /** Quantized by us, nothing measured. */
  readonly int8: string;
  /** What a compile is told, but for effort and places. */
  readonly options: UserOptions;
  readonly feeds: ReadonlyMap<string, RuntimeValue>;
  /** Samples for other quantizers, of a model with one input; undefined where there are none but noise. */
  readonly samples: { readonly file: string; readonly input: string } | undefined;
}

/** What the shared models' index tells of one. */
interface SharedModel {
  readonly name: string;
  readonly file: string;
  readonly ran: boolean;
  readonly ranShapes: Readonly<Record<string, readonly number[]>> | null;
  readonly quantOps: readonly string[];
}

/** The networks with pictures or tokens first, then all other shared models that ONNX Runtime runs, on noise. */
export function tuneCases(shared: string): readonly TuneCase[] {
  const pictured = benchModels.map((model): TuneCase => ({
    name: model.name,
    prepare: async (folder) => {
      const { original, qdq, samples } = await makePlainForms(model, shared, folder);
      const [first] = samples;
      if (first === undefined) throw new Error("no samples");
      const sampleShape = [`${first.name}:${model.shape.join("x")}`];
      return {
        ...{ original, int8: qdq, options: { ...calibrationOptions(folder), sampleShape } },
        feeds: new Map([[first.name, tensorFromBytes("float32", [...first.shape], readFileSync(first.file))]]),
        samples: model.input === "tokens" ? undefined : { file: samplesFile(folder), input: first.name },
      };
    },
  }));
  const index = join(shared, "models.json");
  const known = new Set(benchModels.map((model) => model.shared));
  const others = existsSync(index) ? (JSON.parse(readFileSync(index, "utf8")) as readonly SharedModel[]) : [];
  return [
    ...pictured,
    ...others
      .filter(({ name, ran, quantOps }) => ran && !known.has(name) && quantOps.length === 0)
      .map(({ name, file, ranShapes }) => noiseCase(name, join(shared, file), ranShapes ?? {})),
  ];
}

function noiseCase(name: string, original: string, shapes: Readonly<Record<string, readonly number[]>>): TuneCase {
  return {
    name,
    prepare: async (folder) => {
      const { model } = await loadModel(original);
      const sizes = Object.entries(shapes);
      const options: UserOptions = {
        ...{ randomCalib: true, precision: "int8", calibMethod: "minmax", maxDrop: "100%", metric: "agreement" },
        ...{ evalSamples: 1, sampleShape: sizes.map(([input, dims]) => `${input}:${dims.join("x")}`) },
      };
      const int8 = join(folder, "int8.onnx");
      const silent = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
      const unmeasured = { ...options, tune: "off", check: "none", output: int8 };
      const { report } = await compile(original, completeOptions(unmeasured as never), silent);
      if (report.output.form !== "int8") throw new Error(`not quantized: ${report.notes.at(-1) ?? ""}`);
      const data = randomDataset(model.graph, { seed: 0, size: 1, shapes: new Map(sizes) });
      for await (const { feeds } of data.samples()) return { original, int8, options, feeds, samples: undefined };
      throw new Error("no sample");
    },
  };
}
