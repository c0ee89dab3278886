import type { SessionAdvice } from "../events.ts";

/** How a session is told its options, a line for each language; what ONNX Runtime does by itself is left out, threads are not. */
export function sessionCode(options: SessionAdvice, model: string): readonly (readonly [string, string])[] {
  return [
    ["Python", pythonCode(options, model)],
    ["C++", cppCode(options, model)],
    ["Node", nodeCode(options, model)],
  ];
}

const spinningEntry = "session.intra_op.allow_spinning";

const levels = {
  disabled: "ORT_DISABLE_ALL",
  basic: "ORT_ENABLE_BASIC",
  extended: "ORT_ENABLE_EXTENDED",
  all: "ORT_ENABLE_ALL",
} as const;

function pythonCode(options: SessionAdvice, model: string): string {
  const { graphOptimizationLevel: level } = options;
  const parts = [
    `o.intra_op_num_threads = ${options.intraOpNumThreads}`,
    ...(level === "all" ? [] : [`o.graph_optimization_level = ort.GraphOptimizationLevel.${levels[level]}`]),
    ...(options.executionMode === "sequential"
      ? []
      : ["o.execution_mode = ort.ExecutionMode.ORT_PARALLEL", `o.inter_op_num_threads = ${options.interOpNumThreads}`]),
    ...(options.enableCpuMemArena ? [] : ["o.enable_cpu_mem_arena = False"]),
    ...(options.enableMemPattern ? [] : ["o.enable_mem_pattern = False"]),
    ...(options.allowSpinning ? [] : [`o.add_session_config_entry("${spinningEntry}", "0")`]),
  ];
  return `o = ort.SessionOptions(); ${parts.join("; ")}; session = ort.InferenceSession(${JSON.stringify(model)}, o)`;
}

function cppCode(options: SessionAdvice, model: string): string {
  const { graphOptimizationLevel: level } = options;
  const calls = [
    `SetIntraOpNumThreads(${options.intraOpNumThreads})`,
    ...(level === "all" ? [] : [`SetGraphOptimizationLevel(${levels[level]})`]),
    ...(options.executionMode === "sequential"
      ? []
      : ["SetExecutionMode(ORT_PARALLEL)", `SetInterOpNumThreads(${options.interOpNumThreads})`]),
    ...(options.enableCpuMemArena ? [] : ["DisableCpuMemArena()"]),
    ...(options.enableMemPattern ? [] : ["DisableMemPattern()"]),
    ...(options.allowSpinning ? [] : [`AddConfigEntry("${spinningEntry}", "0")`]),
  ];
  return `Ort::SessionOptions o; o.${calls.join(".")}; Ort::Session session(env, ORT_TSTR(${JSON.stringify(model)}), o);`;
}

function nodeCode(options: SessionAdvice, model: string): string {
  const { intraOpNumThreads, graphOptimizationLevel, executionMode, interOpNumThreads } = options;
  const fields = [
    `intraOpNumThreads: ${intraOpNumThreads}`,
    ...(graphOptimizationLevel === "all" ? [] : [`graphOptimizationLevel: "${graphOptimizationLevel}"`]),
    ...(executionMode === "sequential"
      ? []
      : [`executionMode: "${executionMode}"`, `interOpNumThreads: ${interOpNumThreads}`]),
    ...(options.enableCpuMemArena ? [] : ["enableCpuMemArena: false"]),
    ...(options.enableMemPattern ? [] : ["enableMemPattern: false"]),
    ...(options.allowSpinning ? [] : ['extra: { session: { intra_op: { allow_spinning: "0" } } }']),
  ];
  return `const session = await ort.InferenceSession.create(${JSON.stringify(model)}, { ${fields.join(", ")} });`;
}
