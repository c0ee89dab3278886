import { join } from "node:path";
import type { Diagnostic } from "../diagnostics/index.ts";
import { fail } from "../diagnostics/index.ts";
import { parseShape } from "../config/index.ts";
import type { Model } from "../ir/index.ts";
import { cloneModel, hashModel, verifyStructure } from "../ir/index.ts";
import { loadModel } from "../onnx/index.ts";
import { bindShapes, inferTypes, verifyOperators } from "../ops/index.ts";
import type { Signature } from "../pipeline/index.ts";
import { signatureOf } from "../pipeline/index.ts";
import { pipelineDiagnostics } from "../diagnostics/codes/pipeline.ts";
import { runtimeText } from "./environment.ts";
import type { Form } from "./form.ts";
import { countNodes, countOperators, writtenOnce } from "./make-form.ts";
import { memoryObjection } from "./memory.ts";
import type { Run } from "./run.ts";

/** The model as it was loaded. */
export interface Input {
  readonly file: string;
  /** The working copy, with inferred types. */
  readonly model: Model;
  /** The form that everything is compared with: untouched but for pinned shapes. */
  readonly form: Form;
  readonly signature: Signature;
  readonly opset: number;
  readonly operators: Readonly<Record<string, number>>;
  /** Why the model cannot be run on this machine; undefined when nothing speaks against trying. */
  readonly unrunnable: string | undefined;
}

/** Loads and verifies the model, pins shapes. Throws InferOptError for a model that contradicts the specification. */
export async function loadInput(file: string, run: Run): Promise<Input> {
  const { options, environment } = run;
  const loaded = await loadModel(file);
  const { model } = loaded;
  const bytes = loaded.bytes + loaded.externalFiles.reduce((sum, external) => sum + external.bytes, 0);
  const opset = model.opsets.get("") ?? 0;
  run.reporter.handle({ type: "loaded", file, bytes, nodes: countNodes(model), opset, irVersion: model.irVersion });
  run.reporter.handle({
    type: "target",
    id: environment.target.id,
    device: environment.device?.summary ?? `not found: ${environment.missing ?? ""}`,
    runtime: runtimeText(environment.device?.toolchain ?? {}),
  });
  const [broken] = verifyStructure(model);
  if (broken !== undefined)
    fail(
      pipelineDiagnostics.brokenStructure(
        { rule: broken.rule, detail: broken.message },
        { file, node: broken.node, value: broken.value },
      ),
    );
  const pinned = new Map(options.shape.map(parseShape).map(({ name, dims }) => [name, dims]));
  if (pinned.size > 0) bindShapes(model, pinned);
  const original = cloneModel(model);
  const signature = signatureOf(model);
  const problems: readonly Diagnostic[] = [...verifyOperators(model), ...inferTypes(model).problems];
  const fatal = problems.find((problem) => problem.severity === "error");
  if (fatal !== undefined) fail({ ...fatal, where: { ...fatal.where, file } });
  for (const problem of problems) run.diagnose({ ...problem, where: { ...problem.where, file } });
  const unrunnable = memoryObjection(bytes, options);
  return {
    file,
    model,
    form: {
      name: "original",
      model: original,
      hash: hashModel(original),
      nodes: countNodes(original),
      bytes,
      file:
        pinned.size > 0
          ? writtenOnce(original, join(environment.temp.path, "original.onnx"))
          : () => Promise.resolve(file),
      lossy: false,
    },
    signature,
    opset,
    operators: countOperators(original),
    unrunnable,
  };
}
