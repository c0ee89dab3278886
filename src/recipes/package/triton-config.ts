import { fail } from "../../diagnostics/index.ts";
import { configDiagnostics } from "../../diagnostics/codes/config.ts";
import type { DType, Model, Value } from "../../ir/index.ts";
import { batchDim } from "../commands/batch-feeds.ts";
import type { Serving } from "./serving.ts";
import type { TextMessage } from "./text-proto.ts";

/** Element types by their names in Triton's model configuration. */
const tritonTypes: Partial<Record<DType, string>> = {
  ...{ bool: "TYPE_BOOL", uint8: "TYPE_UINT8", uint16: "TYPE_UINT16", uint32: "TYPE_UINT32", uint64: "TYPE_UINT64" },
  ...{ int8: "TYPE_INT8", int16: "TYPE_INT16", int32: "TYPE_INT32", int64: "TYPE_INT64", float16: "TYPE_FP16" },
  ...{ float32: "TYPE_FP32", float64: "TYPE_FP64", bfloat16: "TYPE_BF16", string: "TYPE_STRING" },
};

/** Levels of graph optimization as Triton's ONNX Runtime backend numbers them; all is its default. */
const levels = { disabled: 2, basic: -1, extended: 1, all: undefined } as const;

/** True where servers may join requests: all inputs and outputs have a free first dimension. */
export function takesBatches(model: Model): boolean {
  return (
    "dynamic" in batchDim(model) &&
    model.graph.outputs.every(({ type }) => {
      const [first, shape] = type?.kind === "tensor" ? [type.shape?.[0], type.shape] : [];
      return shape !== undefined && shape.length > 0 && typeof first !== "number";
    })
  );
}

/**
 * The configuration (config.pbtxt) of a model for Triton's ONNX Runtime backend. `library`: where the server finds the host
 * library, for models with compiled regions. Throws IO0904 for inputs and outputs that Triton cannot name.
 */
export function tritonConfig(name: string, model: Model, serving: Serving, library: string | undefined): TextMessage {
  const isBatched = takesBatches(model);
  const inputs = model.graph.inputs.filter(({ constant }) => constant === undefined);
  const parameter = (key: string, value: string): TextMessage => ({ key, value: { string_value: value } });
  return {
    name,
    backend: "onnxruntime",
    // 0 tells Triton that dimensions are whole: requests are passed on one by one.
    max_batch_size: isBatched ? serving.maxBatch : 0,
    input: inputs.map((value) => port(value, isBatched)),
    output: model.graph.outputs.map((value) => port(value, isBatched)),
    instance_group: [{ count: serving.instances, kind: { enum: "KIND_CPU" } }],
    ...(isBatched && serving.maxBatch > 1
      ? {
          dynamic_batching: {
            preferred_batch_size: [serving.maxBatch],
            max_queue_delay_microseconds: serving.maxWaitUs,
          },
        }
      : {}),
    ...(levels[serving.level] === undefined ? {} : { optimization: { graph: { level: levels[serving.level] } } }),
    parameters: [
      parameter("intra_op_thread_count", String(serving.threads)),
      ...(serving.executionMode === "parallel"
        ? [parameter("execution_mode", "1"), parameter("inter_op_thread_count", String(serving.interOpThreads))]
        : []),
      ...(serving.arena === undefined ? [] : [parameter("enable_mem_arena", serving.arena ? "1" : "0")]),
      ...(serving.memoryPattern === undefined
        ? []
        : [parameter("enable_mem_pattern", serving.memoryPattern ? "1" : "0")]),
    ],
    ...(library === undefined ? {} : { model_operations: { op_library_filename: [library] } }),
  };
}

function port({ name, type }: Value, isBatched: boolean): TextMessage {
  const dtype = type?.kind === "tensor" ? tritonTypes[type.dtype] : undefined;
  const shape = type?.kind === "tensor" ? type.shape : undefined;
  if (dtype === undefined || shape === undefined)
    return fail(
      configDiagnostics.conflict({
        detail: `--package triton: "${name}" is no tensor of known rank and of a type that Triton has`,
        advice: "give it such a type, or use --package ort",
      }),
    );
  const dims = (isBatched ? shape.slice(1) : shape).map((dim) => (typeof dim === "number" ? dim : -1));
  return {
    name,
    data_type: { enum: dtype },
    // Triton knows no empty list of dimensions.
    ...(dims.length === 0 ? { dims: [1], reshape: { shape: [] } } : { dims }),
  };
}
