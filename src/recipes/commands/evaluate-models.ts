import { basename } from "node:path";
import type { CompileOptions } from "../../config/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import { loadModel } from "../../onnx/index.ts";
import { measureAccuracy } from "../accuracy/accuracy.ts";
import { openEnvironment } from "../environment.ts";
import type { Accuracy } from "../form.ts";
import { requireFile } from "../paths.ts";
import { openSamples } from "../samples.ts";

/** Accuracy of one model on samples, against the first model of the list. */
export interface ModelAccuracy {
  readonly name: string;
  readonly accuracy: readonly Accuracy[];
  /** Change of top-1 against the first model with its 95 % interval, as shares; undefined for it and without labels. */
  readonly top1Change: { readonly difference: number; readonly low: number; readonly high: number } | undefined;
}

/**
 * Runs models on the evaluation part of the data, as users run them (all of the runtime's optimizations). Throws IO0703
 * for a model that does not run.
 */
export async function evaluateModels(
  files: readonly string[],
  options: CompileOptions,
  signal: AbortSignal,
): Promise<readonly ModelAccuracy[]> {
  for (const file of files) requireFile(file);
  const { model } = await loadModel(files[0] as string);
  const environment = await openEnvironment(options, signal);
  try {
    if (environment.missing !== undefined)
      fail(runtimeDiagnostics.targetUnavailable({ target: options.target, missing: environment.missing }));
    const { evaluation } = await openSamples(model, options);
    if (evaluation === undefined)
      return fail(
        configDiagnostics.conflict({
          detail: "accuracy needs samples",
          advice: "name them with --calib-data or --eval-data",
        }),
      );
    const forms = files.map((file, i) => ({
      name: `${i}`,
      file: () => Promise.resolve(file),
      model,
      hash: "",
      nodes: 0,
      bytes: 0,
      lossy: i > 0,
    }));
    const { byForm, failures, top1Change } = await measureAccuracy(
      forms,
      evaluation,
      environment,
      () => undefined,
      signal,
    );
    for (const [name, detail] of failures)
      fail(runtimeDiagnostics.runFailed({ detail }, { file: files[Number(name)] as string }));
    return files.map((file, i) => ({
      name: basename(file),
      accuracy: byForm.get(`${i}`) ?? [],
      top1Change: top1Change.get(`${i}`),
    }));
  } finally {
    environment.close();
  }
}
