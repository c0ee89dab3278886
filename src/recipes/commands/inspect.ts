import type { Diagnostic } from "../../diagnostics/index.ts";
import { hashModel, printModel, printType, sizeOf } from "../../ir/index.ts";
import { loadModel } from "../../onnx/index.ts";
import { inferTypes, verifyOperators } from "../../ops/index.ts";
import { countNodes, countOperators } from "../make-form.ts";
import { requireFile } from "../paths.ts";

/** What is in a model. */
export interface ModelSummary {
  readonly file: string;
  readonly bytes: number;
  readonly externalBytes: number;
  readonly irVersion: number;
  readonly opsets: readonly (readonly [string, number])[];
  readonly producer: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly nodes: number;
  readonly allNodes: number;
  readonly functions: number;
  readonly parameters: number;
  readonly parameterBytes: number;
  readonly operators: Readonly<Record<string, number>>;
  readonly hash: string;
  readonly problems: readonly Diagnostic[];
}

/** Summary and text form of a model. Throws InferOptError when the file is no model. */
export async function inspectModel(file: string): Promise<{ readonly summary: ModelSummary; text(): string }> {
  requireFile(file);
  const { model, bytes, externalFiles } = await loadModel(file);
  const { graph } = model;
  const hash = hashModel(model);
  const problems = [...verifyOperators(model), ...inferTypes(model).problems];
  let parameters = 0;
  let parameterBytes = 0;
  for (const inner of graph.allGraphs())
    for (const { constant } of inner.constants) {
      parameters += constant === undefined ? 0 : sizeOf(constant.shape);
      parameterBytes += constant?.byteLength ?? 0;
    }
  const values = (list: typeof graph.inputs): ModelSummary["inputs"] =>
    list.map(({ name, type }) => ({ name, type: printType(type) }));
  return {
    summary: {
      file,
      bytes,
      externalBytes: externalFiles.reduce((sum, external) => sum + external.bytes, 0),
      irVersion: model.irVersion,
      opsets: [...model.opsets],
      producer: `${model.producerName} ${model.producerVersion}`.trim(),
      inputs: values(graph.inputs.filter((input) => input.constant === undefined)),
      outputs: values(graph.outputs),
      nodes: graph.nodeCount,
      allNodes: countNodes(model),
      functions: model.functions.size,
      parameters,
      parameterBytes,
      operators: countOperators(model),
      hash,
      problems,
    },
    text: () => printModel(model),
  };
}
