import type { Tensor } from "../../ir/index.ts";
import { isTensor } from "../../ir/index.ts";
import type { OpCall } from "../types.ts";

/** Input `index` as a tensor; TypeError when it is absent or something else. */
export function requiredTensor(call: OpCall, index: number): Tensor {
  const value = call.inputs[index];
  if (!isTensor(value)) throw new TypeError(`${call.node.opType}: input ${index} is no tensor`);
  return value;
}

/** Input `index` as a tensor; undefined when it is absent. */
export function optionalTensor(call: OpCall, index: number): Tensor | undefined {
  return call.inputs[index] === undefined ? undefined : requiredTensor(call, index);
}
