export type { OpCall, ReferenceOp } from "./types.ts";
export { evaluateNode } from "./evaluate-node.ts";
export { referenceExecutor } from "./reference-executor.ts";
export { referenceOp } from "./ops/index.ts";
export type { RunOptions } from "./run-model.ts";
export { runModel } from "./run-model.ts";
