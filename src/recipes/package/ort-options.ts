import type { Serving } from "./serving.ts";

/** Options of a session of ONNX Runtime in a file, named as in its C API's documentation and its Python binding. */
export interface OrtOptionsFile {
  readonly intra_op_num_threads: number;
  readonly inter_op_num_threads: number;
  readonly graph_optimization_level: string;
  readonly execution_mode: string;
  readonly enable_cpu_mem_arena: boolean;
  readonly enable_mem_pattern: boolean;
  readonly providers: readonly string[];
  readonly session_config_entries: Readonly<Record<string, string>>;
  /** Beside this file; null where the model has no compiled regions. */
  readonly custom_ops_library: string | null;
  /** What a server in front of it should do. */
  readonly batching: { readonly max_batch: number; readonly max_wait_us: number; readonly instances: number };
  readonly notes: readonly string[];
}

const levels = {
  disabled: "ORT_DISABLE_ALL",
  basic: "ORT_ENABLE_BASIC",
  extended: "ORT_ENABLE_EXTENDED",
  all: "ORT_ENABLE_ALL",
} as const;

/** The session options of a model as a file. */
export function ortOptions(serving: Serving, library: string | undefined): OrtOptionsFile {
  const { threads, interOpThreads, level, executionMode, arena, memoryPattern, spinning, notes } = serving;
  const { maxBatch, maxWaitUs, instances } = serving;
  return {
    intra_op_num_threads: threads,
    inter_op_num_threads: interOpThreads,
    graph_optimization_level: levels[level],
    execution_mode: executionMode === "parallel" ? "ORT_PARALLEL" : "ORT_SEQUENTIAL",
    enable_cpu_mem_arena: arena ?? true,
    enable_mem_pattern: memoryPattern ?? true,
    providers: ["CPUExecutionProvider"],
    session_config_entries: spinning === undefined ? {} : { "session.intra_op.allow_spinning": spinning ? "1" : "0" },
    custom_ops_library: library ?? null,
    batching: { max_batch: maxBatch, max_wait_us: maxWaitUs, instances },
    notes,
  };
}

/** How to load the package, for people. */
export function ortReadme(name: string, library: string | undefined): string {
  return `# ${name} for ONNX Runtime

\`session-options.json\` holds the options of the session: by the names of ONNX Runtime's Python binding, to be set in any
other.${library === undefined ? "" : ` The model has compiled regions: with \`${library}\` they run as machine code, and without it as the plain operators in their bodies, with the same results. Registering the library means trusting the model file as one trusts a shared library.`}

\`\`\`python
import json, onnxruntime as ort

o = json.load(open("session-options.json"))
options = ort.SessionOptions()
options.intra_op_num_threads = o["intra_op_num_threads"]
options.inter_op_num_threads = o["inter_op_num_threads"]
options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, o["graph_optimization_level"])
options.execution_mode = getattr(ort.ExecutionMode, o["execution_mode"])
options.enable_cpu_mem_arena = o["enable_cpu_mem_arena"]
options.enable_mem_pattern = o["enable_mem_pattern"]
for key, value in o["session_config_entries"].items():
    options.add_session_config_entry(key, value)
if o["custom_ops_library"]:  # leave this out to run the plain operators
    options.register_custom_ops_library(o["custom_ops_library"])
session = ort.InferenceSession("model.onnx", options, providers=o["providers"])
\`\`\`
`;
}
