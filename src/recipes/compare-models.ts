import type { CompileOptions } from "../config/index.ts";
import { similarityMeter } from "../data/index.ts";
import { fail } from "../diagnostics/index.ts";
import { runtimeDiagnostics } from "../diagnostics/codes/runtime.ts";
import type { RuntimeValue } from "../ir/index.ts";
import { dtypes, isTensor, numbersOf } from "../ir/index.ts";
import { loadModel } from "../onnx/index.ts";
import type { Comparison } from "../pipeline/index.ts";
import { compareValues, makeChecker, worse } from "../pipeline/index.ts";
import { workerExecutor } from "../runtime/index.ts";
import { openEnvironment } from "./environment.ts";
import { hasRegions } from "./has-regions.ts";
import { countNodes } from "./make-form.ts";
import { requireFile } from "./paths.ts";
import { openSamples, readFeeds } from "./samples.ts";

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
  readonly samples: number;
  readonly a: { readonly nodes: number; readonly bytes: number };
  readonly b: { readonly nodes: number; readonly bytes: number };
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
): Promise<ModelComparison> {
  requireFile(a);
  requireFile(b);
  const left = await loadModel(a);
  const right = await loadModel(b);
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
    return {
      outputs: names.map((name) => compareOutput(name, before, after)),
      samples: feeds.length,
      a: { nodes: countNodes(left.model), bytes: left.bytes },
      b: { nodes: countNodes(right.model), bytes: right.bytes },
    };
  } finally {
    environment.close();
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
