import type { CompileOptions } from "../../config/index.ts";
import { similarityMeter } from "../../data/index.ts";
import { InferOptError, fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { Model, RuntimeValue } from "../../ir/index.ts";
import { dtypes, isTensor, numbersOf } from "../../ir/index.ts";
import { loadModel } from "../../onnx/index.ts";
import type { Comparison } from "../../pipeline/index.ts";
import { compareValues, makeChecker, worse } from "../../pipeline/index.ts";
import { workerExecutor } from "../../runtime/index.ts";
import type { StructureComparison } from "./compare-structure.ts";
import { compareStructure } from "./compare-structure.ts";
import type { TensorComparison } from "./compare-tensors.ts";
import { compareTensors } from "./compare-tensors.ts";
import { openEnvironment } from "../environment.ts";
import { hasRegions } from "../regions/has-regions.ts";
import { countNodes } from "../make-form.ts";
import { requireFile } from "../paths.ts";
import { openSamples, readFeeds } from "../samples.ts";

/** How one output of two models relates over all samples. */
export interface OutputComparison {
  readonly name: string;
  readonly verdict: Comparison["verdict"];
  readonly sqnrDb: number;
  readonly maxAbs: number;
  readonly cosine: number;
  readonly detail: string;
}

/** Two models side by side. */
export interface ModelComparison {
  readonly outputs: readonly OutputComparison[];
  /** Tensors inside that have one name in both; empty unless asked for. */
  readonly tensors: readonly TensorComparison[];
  /** Why there are none; undefined where they were compared or not asked for. */
  readonly tensorsMissing: string | undefined;
  readonly structure: StructureComparison;
  readonly samples: number;
  readonly a: { readonly nodes: number; readonly bytes: number };
  readonly b: { readonly nodes: number; readonly bytes: number };
}

/** What is compared besides outputs, structure and size. */
export interface CompareScope {
  /** Tensors inside, too: every one that both have is read. */
  readonly tensors?: boolean;
}

/**
 * Runs two models on the same samples with the runtime's optimizations off and compares what they give, by output name.
 * For a target with kernels of its own compiled regions run as such.
 */
export async function compareModels(
  a: string,
  b: string,
  options: CompileOptions,
  signal: AbortSignal,
  { tensors = false }: CompareScope = {},
): Promise<ModelComparison> {
  requireFile(a);
  requireFile(b);
  const left = await loadModel(a);
  const right = await loadModel(b);
  requireSameInputs(left.model, right.model, b);
  const environment = await openEnvironment(options, signal);
  try {
    if (environment.missing !== undefined)
      fail(runtimeDiagnostics.targetUnavailable({ target: options.target, missing: environment.missing }));
    const samples = await openSamples(left.model, options);
    const feeds = await readFeeds(
      options.calibData === undefined ? samples.check : (samples.evaluation ?? samples.check),
    );
    signal.throwIfAborted();
    const { worker, temp } = environment;
    // Sessions of the host library give tensors only: other models keep to onnxruntime-node.
    const native = environment.native && [left, right].some(({ model }) => hasRegions(model));
    const executor = workerExecutor(worker, { optimization: "disabled", threads: 0, folder: temp.path, native });
    const checker = makeChecker(executor, feeds);
    const results = [await checker.evaluate(left.model), await checker.evaluate(right.model)] as const;
    const [before, after] = results.map((result, i) =>
      "outputs" in result
        ? result.outputs
        : fail(runtimeDiagnostics.runFailed({ detail: result.failure }, { file: i === 0 ? a : b })),
    );
    if (before === undefined || after === undefined) throw new Error("two results are expected");
    const names = [...(before[0]?.keys() ?? [])];
    const inside = tensors ? await insideOf(left.model, right.model, feeds, executor) : [];
    return {
      outputs: names.map((name) => compareOutput(name, before, after)),
      ...("failure" in inside
        ? { tensors: [], tensorsMissing: inside.failure }
        : { tensors: inside, tensorsMissing: undefined }),
      structure: compareStructure(left.model, right.model),
      samples: feeds.length,
      a: { nodes: countNodes(left.model), bytes: left.bytes },
      b: { nodes: countNodes(right.model), bytes: right.bytes },
    };
  } finally {
    environment.close();
  }
}

/** Samples of the first must do for the second. Throws IO0904 naming an input that only the second has. */
function requireSameInputs(a: Model, b: Model, file: string): void {
  const known = a.graph.inputs.map(({ name }) => name);
  const other = b.graph.inputs.find(({ name, constant }) => constant === undefined && !known.includes(name));
  if (other === undefined) return;
  fail(
    configDiagnostics.conflict(
      {
        detail: `the models take different inputs: "${other.name}", where the first has ${known.map((name) => `"${name}"`).join(", ")}`,
        advice: "compare models that are fed alike; `infer-opt bench` times any",
      },
      { file },
    ),
  );
}

/** Tensors inside, or why the runtime does not tell them: what is compared besides must not end the comparison. */
async function insideOf(
  ...[a, b, feeds, executor]: Parameters<typeof compareTensors>
): Promise<readonly TensorComparison[] | { readonly failure: string }> {
  try {
    return await compareTensors(a, b, feeds, executor);
  } catch (error) {
    if (error instanceof InferOptError) return { failure: error.diagnostic.message };
    throw error;
  }
}

type Outputs = readonly ReadonlyMap<string, RuntimeValue>[];

function compareOutput(name: string, before: Outputs, after: Outputs): OutputComparison {
  const meter = similarityMeter();
  let verdict: Comparison = { verdict: "equal", sqnrDb: Infinity, detail: "equal" };
  for (const [i, values] of before.entries()) {
    const x = values.get(name);
    const y = after[i]?.get(name);
    if (x === undefined) continue;
    verdict = worse(
      verdict,
      compareValues(
        new Map([[name, x]]),
        y === undefined ? new Map<string, RuntimeValue>() : new Map([[name, y]]),
        "tolerance",
      ),
    );
    if (
      isTensor(x) &&
      y !== undefined &&
      isTensor(y) &&
      x.shape.join() === y.shape.join() &&
      !["string", "complex"].includes(dtypes[x.dtype].kind)
    )
      meter.add(numbersOf(x), numbersOf(y));
  }
  const { sqnrDb, worstCosine, maxAbsolute } = meter.read();
  return { name, verdict: verdict.verdict, sqnrDb, maxAbs: maxAbsolute, cosine: worstCosine, detail: verdict.detail };
}
